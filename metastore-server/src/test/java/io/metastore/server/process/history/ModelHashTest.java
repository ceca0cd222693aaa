package io.metastore.server.process.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The numbers that a real etcd gave for these histories. */
@Timeout(value = 10, unit = TimeUnit.SECONDS)
class ModelHashTest {

    private final ModelStore model = new ModelStore();
    private final EventLog log = new EventLog();

    @Test
    void isWhatEtcdReports() {
        assertThat(hash(-1)).isEqualTo(1084519789L);
        put("foo", "bar");
        assertThat(hash(-1)).isEqualTo(3305255506L);
        put("foo", "baz");
        assertThat(hash(-1)).isEqualTo(2020292994L);
        model.execute(DeleteRangeRequest.newBuilder().setKey(utf8("foo")).build())
                .events()
                .forEach(log::add);
        assertThat(hash(-1)).isEqualTo(3153096970L);
        put("k", "v");
        assertThat(hash(-1)).isEqualTo(896261032L);
        assertThat(hash(4)).as("compacted at the tombstone").isEqualTo(931625057L);
    }

    private long hash(long compacted) {
        return Integer.toUnsignedLong(ModelHash.of(log, compacted));
    }

    private void put(String key, String value) {
        model.execute(PutRequest.newBuilder()
                        .setKey(utf8(key))
                        .setValue(utf8(value))
                        .build())
                .events()
                .forEach(log::add);
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
