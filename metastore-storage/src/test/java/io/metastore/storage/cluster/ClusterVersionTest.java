package io.metastore.storage.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a version, and what is not, is what an etcd 3.7.3 says of the same texts. */
class ClusterVersionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "3.6",
                "3.6.0",
                "3.6.5",
                "03.6",
                "3.06",
                "3.6.01",
                "3.6.1-",
                "3.6.0-rc.1",
                "3.6.0+b",
                "3.6.0-a+b-c"
            })
    void twoOrThreeNumbersAreAVersion(String text) {
        assertThat(ClusterVersion.parse(text)).contains(new ClusterVersion(3, 6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "3",
                "x",
                "v3.6",
                "V3.6",
                "v3",
                " 3.6",
                "3.6 ",
                "3.6.",
                "3.6.0.0",
                "3-rc.1",
                "3.6-rc",
                "3.6+b",
                "-3.6",
                "3.-6",
                "3.6.0-a_b",
                "99999999999999999999.1"
            })
    void whateverElseIsNone(String text) {
        assertThat(ClusterVersion.parse(text)).isEmpty();
    }

    @Test
    void aClusterMayGoBackByOneMinorRelease() {
        ClusterVersion current = new ClusterVersion(3, 7);
        assertThat(current.mayGoBackTo(new ClusterVersion(3, 6))).isTrue();
        assertThat(current.mayGoBackTo(current)).isFalse();
        assertThat(current.mayGoBackTo(new ClusterVersion(3, 5))).isFalse();
        assertThat(current.mayGoBackTo(new ClusterVersion(2, 6))).isFalse();
    }
}
