package io.metastore.server.process.faults;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchCreateRequest.FilterType;
import java.util.Random;

/** A request to watch a bit of the key space from a bit before or after a revision. */
final class AnyWatch {

    private AnyWatch() {}

    static WatchCreateRequest near(long revision, Random random) {
        WatchCreateRequest.Builder request = WatchCreateRequest.newBuilder()
                .setStartRevision(random.nextInt(4) == 0 ? 0 : Math.max(1, revision - 100 + random.nextInt(150)));
        switch (random.nextInt(3)) {
            case 0 -> request.setKey(text("k%02d".formatted(random.nextInt(40))));
            case 1 -> request.setKey(text("k1")).setRangeEnd(text("k3"));
            default -> request.setKey(text("marker/")).setRangeEnd(ResumingWatch.ZERO);
        }
        if (random.nextInt(3) == 0) {
            request.addFilters(random.nextBoolean() ? FilterType.NOPUT : FilterType.NODELETE);
        }
        return request.setFragment(random.nextInt(4) == 0).build();
    }

    private static ByteString text(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
