package io.metastore.server.compat.differential;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import java.util.List;
import java.util.Random;

/** Random single requests on keys: every option, and the mistakes that each allows. */
final class KvGenerator {

    private static final long UNKNOWN_LEASE = 987_654_321;

    private final Random random;
    private final Keys keys;

    KvGenerator(Random random, Keys keys) {
        this.random = random;
        this.keys = keys;
    }

    RangeRequest range(Knowledge knowledge) {
        Keys.Range range = keys.range();
        RangeRequest.Builder request = RangeRequest.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .setRevision(revision(knowledge))
                .setSerializable(random.nextInt(3) == 0)
                .setKeysOnly(random.nextInt(6) == 0)
                .setCountOnly(random.nextInt(8) == 0);
        if (random.nextInt(3) == 0) {
            request.setLimit(random.nextInt(20) == 0 ? -5 : random.nextInt(15));
        }
        if (random.nextInt(2) == 0) {
            request.setSortOrderValue(random.nextInt(3)).setSortTargetValue(random.nextInt(5));
        }
        if (random.nextInt(60) == 0) {
            request.setSortOrderValue(random.nextInt(6) - 1).setSortTargetValue(random.nextInt(9) - 1);
        }
        if (random.nextInt(6) == 0) {
            bounds(request, knowledge);
        }
        return request.build();
    }

    /** As it is asked of RangeStream, which knows no sort and no filters: so mostly without. */
    RangeRequest stream(Knowledge knowledge) {
        RangeRequest request = range(knowledge);
        if (random.nextInt(10) == 0 && request.getSortOrder() != RangeRequest.SortOrder.NONE) {
            return request;
        }
        return request.toBuilder()
                .clearSortOrder()
                .clearSortTarget()
                .clearMinModRevision()
                .clearMaxModRevision()
                .clearMinCreateRevision()
                .clearMaxCreateRevision()
                .build();
    }

    PutRequest put(Knowledge knowledge) {
        PutRequest.Builder put = PutRequest.newBuilder()
                .setKey(keys.key())
                .setValue(keys.value())
                .setPrevKv(random.nextInt(3) == 0);
        if (random.nextInt(5) == 0) {
            put.setLease(lease(knowledge));
        }
        if (random.nextInt(15) == 0) {
            put.setIgnoreValue(true);
            if (random.nextInt(8) != 0) {
                put.clearValue();
            }
        }
        if (random.nextInt(15) == 0) {
            put.setIgnoreLease(true);
            if (random.nextInt(8) != 0) {
                put.clearLease();
            }
        }
        return put.build();
    }

    DeleteRangeRequest delete() {
        Keys.Range range = keys.smallRange();
        return DeleteRangeRequest.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .setPrevKv(random.nextBoolean())
                .build();
    }

    CompactionRequest compact(Knowledge knowledge) {
        long revision =
                switch (random.nextInt(10)) {
                    case 0 -> knowledge.revision() + 1 + random.nextInt(3);
                    case 1 -> knowledge.compacted();
                    case 2 -> random.nextInt(3) - 1;
                    case 3, 4 -> knowledge.revision();
                    default -> between(knowledge.compacted() + 1, knowledge.revision());
                };
        return CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(random.nextBoolean())
                .build();
    }

    /** A value that is larger than a request may be: a little, or more than the transport takes. */
    PutRequest tooLarge() {
        int size = random.nextBoolean() ? (1536 << 10) + random.nextInt(100_000) : (2048 << 10) + random.nextInt(1_000);
        return PutRequest.newBuilder()
                .setKey(Keys.utf8("large"))
                .setValue(ByteString.copyFrom(new byte[size]))
                .build();
    }

    long lease(Knowledge knowledge) {
        List<Long> leases = knowledge.leases();
        return leases.isEmpty() || random.nextInt(12) == 0 ? UNKNOWN_LEASE : leases.get(random.nextInt(leases.size()));
    }

    /** Of a read: mostly now, often in the history that is kept, sometimes below or above it. */
    long revision(Knowledge knowledge) {
        int choice = random.nextInt(100);
        if (choice < 60) {
            return 0;
        }
        if (choice < 88) {
            return between(Math.max(1, knowledge.compacted()), knowledge.revision());
        }
        if (choice < 92) {
            return Math.max(0, knowledge.compacted() - random.nextInt(3));
        }
        if (choice < 96) {
            return knowledge.revision() + 1 + random.nextInt(5);
        }
        return choice < 98 ? -1 - random.nextInt(5) : Long.MAX_VALUE;
    }

    private void bounds(RangeRequest.Builder request, Knowledge knowledge) {
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            long bound = random.nextInt(10) == 0
                    ? -1
                    : between(Math.max(1, knowledge.revision() - 300), knowledge.revision());
            switch (random.nextInt(4)) {
                case 0 -> request.setMinModRevision(bound);
                case 1 -> request.setMaxModRevision(bound);
                case 2 -> request.setMinCreateRevision(bound);
                default -> request.setMaxCreateRevision(bound);
            }
        }
    }

    private long between(long low, long high) {
        return high <= low ? low : low + (long) (random.nextDouble() * (high - low + 1));
    }
}
