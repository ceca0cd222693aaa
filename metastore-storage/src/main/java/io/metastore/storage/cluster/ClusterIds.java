package io.metastore.storage.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;

/** Computes member and cluster ids as etcd does, so that tools and other members find the ids they expect. */
public final class ClusterIds {

    private ClusterIds() {}

    /** The id of a member that is part of the initial cluster. */
    public static long ofInitialMember(Collection<String> peerUrls, String clusterToken) {
        return idOf(joined(peerUrls) + clusterToken);
    }

    /** The id of a member added later; the token plays no part in it. */
    public static long ofAddedMember(Collection<String> peerUrls, long unixSeconds) {
        return idOf(joined(peerUrls) + unixSeconds);
    }

    /** The id of the cluster that starts with these members. */
    public static long ofCluster(Collection<Long> initialMemberIds) {
        ByteBuffer ids = ByteBuffer.allocate(initialMemberIds.size() * Long.BYTES);
        initialMemberIds.stream().sorted(Long::compareUnsigned).forEach(ids::putLong);
        return idOf(ids.array());
    }

    private static String joined(Collection<String> peerUrls) {
        return String.join("", peerUrls.stream().sorted().toList());
    }

    private static long idOf(String text) {
        return idOf(text.getBytes(StandardCharsets.UTF_8));
    }

    private static long idOf(byte[] bytes) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(bytes))
                    .getLong();
        } catch (NoSuchAlgorithmException everyJreHasIt) {
            throw new IllegalStateException(everyJreHasIt);
        }
    }
}
