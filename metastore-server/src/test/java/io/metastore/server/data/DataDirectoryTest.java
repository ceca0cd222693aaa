package io.metastore.server.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class DataDirectoryTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"wal", "snap"})
    void theDataOfAnEtcdIsRefusedAndLeftAsItIs(String of) throws Exception {
        Path member = directory.resolve("member");
        Files.createDirectories(member.resolve(of));

        assertThatThrownBy(() -> DataDirectory.open(directory))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("holds the data of an etcd");

        try (var files = Files.list(member)) {
            assertThat(files).containsExactly(member.resolve(of));
        }
    }

    @Test
    void isOpenedAgainAfterItWasClosed() throws Exception {
        DataDirectory.open(directory).close();

        DataDirectory.open(directory).close();
    }
}
