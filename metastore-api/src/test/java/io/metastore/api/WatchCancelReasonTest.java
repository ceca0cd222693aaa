package io.metastore.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatchCancelReasonTest {
    private static final String TABLE = """
            NEGATIVE_START | etcdserver: mvcc: required revision has been compacted
            PERMISSION_DENIED | rpc error: code = PermissionDenied desc = etcdserver: permission denied
            INVALID_AUTH_TOKEN | rpc error: code = Unauthenticated desc = etcdserver: invalid auth token
            AUTH_OLD_REVISION | rpc error: code = InvalidArgument desc = etcdserver: revision of auth store is old
            USER_EMPTY | rpc error: code = InvalidArgument desc = etcdserver: user name is empty
            EMPTY_RANGE | mvcc: watcher range is empty
            DUPLICATE_WATCH_ID | mvcc: duplicate watch ID provided on the WatchStream
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = TABLE)
    void hasEtcdsText(String name, String text) {
        assertThat(WatchCancelReason.valueOf(name).text()).isEqualTo(text);
    }

    @Test
    void tableIsComplete() {
        List<String> names =
                TABLE.lines().map(line -> line.substring(0, line.indexOf(' '))).toList();

        assertThat(names)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(WatchCancelReason.values())
                        .map(Enum::name)
                        .toList());
    }
}
