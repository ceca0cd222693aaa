package io.metastore.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DiskUseTest {
    private static final String DISKSTATS = """
             259       0 nvme0n1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17
             253       0 vda 148 0 1288 70 900 50 80 60 0 90 130 0 0 0 0 33 5
             253     257 vdb 1 1 1 1 1 1 2 1 1 1 1 1 1 1 1 4 1
            """;

    @Test
    void readsTheDiskOfADevice() {
        assertThat(DiskUse.parse(DISKSTATS, 253 << 8)).hasValue(new DiskUse(80 * 512, 900, 33, 1288 * 512));
        assertThat(DiskUse.parse(DISKSTATS, 0x10fd01)).hasValue(new DiskUse(2 * 512, 1, 4, 512));
    }

    @Test
    void knowsNothingOfWhatIsNoDisk() {
        assertThat(DiskUse.parse(DISKSTATS, 0x35)).isEmpty();
    }

    @Test
    void asksTheKernelForARealFile() throws Exception {
        assertThat(DiskUse.of(Path.of("/"))).isNotNull();
    }

    @Test
    void isCountedFromAMoment() {
        assertThat(new DiskUse(100, 9, 7, 5).since(new DiskUse(60, 4, 5, 3))).isEqualTo(new DiskUse(40, 5, 2, 2));
    }
}
