package io.metastore.server.compat.differential;

import io.metastore.api.rpc.WatchCreateRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Keeps about twenty watches of random shape going, on a few streams, with coming and going. */
final class WatchGenerator {

    private static final int LIVE_WATCHES = 20;
    private static final int STREAMS = 5;

    private final Random random;
    private final Keys keys;

    WatchGenerator(Random random, Keys keys) {
        this.random = random;
        this.keys = keys;
    }

    /** Null when it is not the watches' turn. */
    @Nullable
    Step next(Knowledge knowledge, WatchMix mix) {
        if (mix.streams().size() < STREAMS) {
            return new Step.OpenStream(random.nextInt(4) == 0);
        }
        boolean wanting = mix.liveWatches() < LIVE_WATCHES;
        if (random.nextInt(wanting ? 4 : 60) != 0) {
            return null;
        }
        int stream = random.nextInt(mix.streams().size());
        StreamPair pair = mix.streams().get(stream);
        if (pair.halfClosed()) {
            return random.nextInt(3) == 0 ? new Step.CloseStream(stream) : null;
        }
        int choice = random.nextInt(100);
        if ((wanting && choice < 85) || choice < 40) {
            return new Step.CreateWatch(stream, create(knowledge, pair));
        }
        if (choice < 94) {
            return new Step.CancelWatch(stream, watchId(pair));
        }
        if (choice < 96) {
            return new Step.EmptyWatchRequest(stream);
        }
        return choice < 97 ? new Step.HalfCloseStream(stream) : new Step.CloseStream(stream);
    }

    private long watchId(StreamPair pair) {
        List<Long> ids = new ArrayList<>(pair.ids());
        return ids.isEmpty() || random.nextInt(10) == 0 ? 4_711 : ids.get(random.nextInt(ids.size()));
    }

    private WatchCreateRequest create(Knowledge knowledge, StreamPair pair) {
        Keys.Range range = keys.range();
        WatchCreateRequest.Builder request = WatchCreateRequest.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .setStartRevision(startRevision(knowledge))
                .setProgressNotify(random.nextInt(3) == 0)
                .setPrevKv(random.nextBoolean())
                .setFragment(random.nextInt(4) == 0);
        if (random.nextInt(3) == 0) {
            for (int i = random.nextInt(3); i >= 0; i--) {
                request.addFiltersValue(random.nextInt(10) == 0 ? 7 : random.nextInt(2));
            }
        }
        if (random.nextInt(4) == 0) {
            // Ids of the client's choice, which may be in use, or meet those that the server counts.
            request.setWatchId(random.nextInt(5) == 0 ? watchId(pair) : random.nextInt(12) - 2);
            if (request.getWatchId() == -1) {
                request.setWatchId(-7);
            }
        }
        return request.build();
    }

    private long startRevision(Knowledge knowledge) {
        int choice = random.nextInt(100);
        if (choice < 45) {
            return 0;
        }
        if (choice < 85) {
            long oldest = Math.max(1, Math.max(knowledge.compacted(), knowledge.revision() - 5_000));
            return oldest + (long) (random.nextDouble() * (knowledge.revision() - oldest + 1));
        }
        if (choice < 90) {
            return Math.max(1, knowledge.compacted() - random.nextInt(3));
        }
        return choice < 97 ? knowledge.revision() + random.nextInt(4) : -1 - random.nextInt(3);
    }
}
