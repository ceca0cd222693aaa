package io.metastore.storage.state;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.AlarmRequest.AlarmAction;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.storage.cluster.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A log of all kinds of commands from a seed: on few keys and leases so that they meet, valid and not, but none that would
 * have been refused before it was proposed.
 */
final class RandomCommands {
    private static final int MAX_DEPTH = 3;

    private final Random random;
    private long revisionAbout = 1;

    /** An entry of the log: its term, and what it says. */
    record Entry(long index, long term, List<Command> commands) {}

    RandomCommands(long seed) {
        random = new Random(seed);
    }

    List<Entry> entries(int count) {
        List<Entry> entries = new ArrayList<>();
        long term = 1;
        for (long index = 1; index <= count; index++) {
            if (random.nextInt(100) == 0) {
                term++;
            }
            long entryTerm = term;
            List<Command> commands = IntStream.range(0, 1 + random.nextInt(4))
                    .mapToObj(i -> command(entryTerm))
                    .toList();
            entries.add(new Entry(index, term, commands));
        }
        return entries;
    }

    private Command command(long term) {
        int kind = random.nextInt(100);
        if (kind < 38) {
            revisionAbout++;
            return new Command.Put(put());
        }
        if (kind < 48) {
            return new Command.DeleteRange(delete());
        }
        if (kind < 72) {
            return new Command.Txn(checkedTxn());
        }
        if (kind < 76) {
            return Commands.compact(revisionAbout - random.nextInt(60) + random.nextInt(10));
        }
        if (kind < 84) {
            return Commands.grant(lease(), random.nextInt(20) == 0 ? 9_000_000_001L : 1 + random.nextInt(1000));
        }
        if (kind < 87) {
            return Commands.revoke(lease());
        }
        if (kind < 90) {
            List<Long> ids =
                    IntStream.range(0, random.nextInt(4)).mapToObj(i -> lease()).toList();
            return new Command.RevokeExpired(ids, random.nextInt(4) == 0 ? term - 1 : term);
        }
        if (kind < 92) {
            return Commands.checkpoint(lease(), random.nextInt(100));
        }
        if (kind < 97) {
            return alarm();
        }
        return switch (kind) {
            case 97 ->
                new Command.PublishMember(new Member(
                        random.nextInt(3) - 1L, "m" + random.nextInt(3), List.of("http://p"), List.of(), false));
            case 98 -> new Command.SetClusterVersion("3.%d.0".formatted(random.nextInt(8)));
            default -> new Command.NoOp();
        };
    }

    /** Disarmed more often than raised, so that most commands are not refused for it. */
    private Command alarm() {
        AlarmAction action =
                switch (random.nextInt(8)) {
                    case 0 -> AlarmAction.ACTIVATE;
                    case 1 -> AlarmAction.GET;
                    default -> AlarmAction.DEACTIVATE;
                };
        return Commands.alarm(action, 1, AlarmType.forNumber(random.nextInt(3)));
    }

    private PutRequest put() {
        PutRequest.Builder put = PutRequest.newBuilder().setKey(key()).setPrevKv(random.nextInt(3) == 0);
        if (random.nextInt(10) == 0) {
            put.setIgnoreValue(true);
        } else {
            put.setValue(value());
        }
        if (random.nextInt(10) == 0) {
            put.setIgnoreLease(true);
        } else if (random.nextInt(3) == 0) {
            put.setLease(lease());
        }
        return put.build();
    }

    private DeleteRangeRequest delete() {
        return DeleteRangeRequest.newBuilder()
                .setKey(key())
                .setRangeEnd(rangeEnd())
                .setPrevKv(random.nextBoolean())
                .build();
    }

    private RangeRequest range() {
        RangeRequest.Builder range =
                RangeRequest.newBuilder().setKey(key()).setRangeEnd(rangeEnd()).setLimit(random.nextInt(4));
        switch (random.nextInt(5)) {
            case 0 -> range.setRevision(revisionAbout - random.nextInt(40));
            case 1 -> range.setCountOnly(true);
            case 2 -> range.setKeysOnly(true);
            default -> {}
        }
        return range.build();
    }

    private TxnRequest checkedTxn() {
        TxnRequest txn = txn(1);
        while (!passesTheChecks(txn)) {
            txn = txn(1);
        }
        return txn;
    }

    private static boolean passesTheChecks(TxnRequest txn) {
        try {
            TxnChecks.check(txn, 128);
            return true;
        } catch (EtcdException refused) {
            return false;
        }
    }

    private TxnRequest txn(int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addCompare(compare());
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addSuccess(op(depth));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addFailure(op(depth));
        }
        return txn.build();
    }

    private RequestOp op(int depth) {
        RequestOp.Builder op = RequestOp.newBuilder();
        switch (random.nextInt(depth < MAX_DEPTH ? 7 : 6)) {
            case 0, 1, 2 -> op.setRequestPut(put());
            case 3 -> op.setRequestDeleteRange(delete());
            case 4, 5 -> op.setRequestRange(range());
            default -> op.setRequestTxn(txn(depth + 1));
        }
        return op.build();
    }

    private Compare compare() {
        Compare.Builder compare = Compare.newBuilder()
                .setKey(key())
                .setRangeEnd(rangeEnd())
                .setTargetValue(random.nextInt(20) == 0 ? 9 : random.nextInt(5))
                .setResultValue(random.nextInt(20) == 0 ? 9 : random.nextInt(4));
        return switch (random.nextInt(6)) {
            case 0 -> compare.setVersion(random.nextInt(4)).build();
            case 1 ->
                compare.setCreateRevision(revisionAbout - random.nextInt(40)).build();
            case 2 -> compare.setModRevision(revisionAbout - random.nextInt(40)).build();
            case 3 -> compare.setValue(value()).build();
            case 4 -> compare.setLease(lease()).build();
            default -> compare.build();
        };
    }

    private ByteString key() {
        return ByteString.copyFromUtf8(String.valueOf((char) ('a' + random.nextInt(12))));
    }

    private ByteString rangeEnd() {
        return switch (random.nextInt(5)) {
            case 0 -> key();
            case 1 -> ByteString.copyFrom(new byte[] {0});
            default -> ByteString.EMPTY;
        };
    }

    private ByteString value() {
        return ByteString.copyFromUtf8("v".repeat(random.nextInt(3)) + random.nextInt(3));
    }

    private long lease() {
        return 1L + random.nextInt(6);
    }
}
