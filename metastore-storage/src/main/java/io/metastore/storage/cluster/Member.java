package io.metastore.storage.cluster;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;

/**
 * One who belongs to the cluster.
 *
 * @param name empty until the member has started and published itself
 * @param clientUrls likewise
 */
public record Member(long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {

    public Member {
        peerUrls = List.copyOf(peerUrls);
        clientUrls = List.copyOf(clientUrls);
    }

    public boolean hasStarted() {
        return !name.isEmpty();
    }

    public Member withPeerUrls(List<String> urls) {
        return new Member(id, name, urls, clientUrls, learner);
    }

    /** What a member says of itself when it has started. */
    public Member started(String itsName, List<String> itsClientUrls) {
        return new Member(id, itsName, peerUrls, itsClientUrls, learner);
    }

    public Member promoted() {
        return new Member(id, name, peerUrls, clientUrls, false);
    }

    public static Member fromProto(io.metastore.api.rpc.Member member) {
        return new Member(
                member.getID(),
                member.getName(),
                member.getPeerURLsList(),
                member.getClientURLsList(),
                member.getIsLearner());
    }

    public io.metastore.api.rpc.Member toProto() {
        return io.metastore.api.rpc.Member.newBuilder()
                .setID(id)
                .setName(name)
                .addAllPeerURLs(peerUrls)
                .addAllClientURLs(clientUrls)
                .setIsLearner(learner)
                .build();
    }

    byte[] encode() {
        return toProto().toByteArray();
    }

    static Member decode(byte[] stored) {
        try {
            return fromProto(io.metastore.api.rpc.Member.parseFrom(stored));
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalStateException("a stored member is damaged", damaged);
        }
    }

    @Override
    public String toString() {
        return "member %x %s%s %s".formatted(id, name, learner ? " (learner)" : "", peerUrls);
    }
}
