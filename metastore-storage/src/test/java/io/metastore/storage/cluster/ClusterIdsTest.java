package io.metastore.storage.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ClusterIdsTest {
    private static final long DEFAULT_MEMBER = 0x8e9e05c52164694dL;

    @Test
    void theDefaultSingleMemberHasTheIdsEverybodyKnows() {
        long member = ClusterIds.ofInitialMember(List.of("http://localhost:2380"), "etcd-cluster");

        assertThat(Long.toHexString(member)).isEqualTo("8e9e05c52164694d");
        assertThat(Long.toHexString(ClusterIds.ofCluster(List.of(member)))).isEqualTo("cdf818194e3a8c32");
    }

    @Test
    void theOrderOfUrlsAndMembersDoesNotMatter() {
        assertThat(ClusterIds.ofInitialMember(List.of("http://b:1", "http://a:1"), "t"))
                .isEqualTo(ClusterIds.ofInitialMember(List.of("http://a:1", "http://b:1"), "t"));
        assertThat(ClusterIds.ofCluster(List.of(1L, DEFAULT_MEMBER)))
                .isEqualTo(ClusterIds.ofCluster(List.of(DEFAULT_MEMBER, 1L)));
    }

    @Test
    void anAddedMemberIsKnownByTheTimeInsteadOfTheToken() {
        List<String> urls = List.of("http://localhost:2380");

        assertThat(ClusterIds.ofAddedMember(urls, 1700000000))
                .isEqualTo(ClusterIds.ofInitialMember(urls, "1700000000"))
                .isNotEqualTo(ClusterIds.ofAddedMember(urls, 1700000001));
    }
}
