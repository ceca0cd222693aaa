package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One compare and a put. By version: the key has been written before, which holds for a filled key space. By mod revision:
 * the key was last changed by us, else the answer tells by whom; a failed compare is an operation like any other.
 */
public final class TxnLoad implements UnaryWorkload {
    /** What is compared. */
    public enum Target {
        VERSION,
        MOD
    }

    private static final String PATH = "/etcdserverpb.KV/Txn";

    private final KeySpace keys;
    private final Values values;
    private final Target target;
    private final SplittableRandom random;
    /** By key: the newest mod revision we know of. */
    private final long[] modRevisions;

    TxnLoad(KeySpace keys, Values values, Target target, long seed) {
        this.keys = keys;
        this.values = values;
        this.target = target;
        this.random = new SplittableRandom(seed);
        this.modRevisions = new long[target == Target.MOD ? keys.count() : 0];
    }

    @Override
    public Call newCall() {
        return new TxnCall();
    }

    private final class TxnCall implements Call {
        private static final int COMPARE = 1;
        private static final int SUCCESS = 2;
        private static final int FAILURE = 3;
        private static final int RESULT_GREATER = 1;
        private static final int TARGET_MOD = 2;

        private final ProtoCursor reply = new ProtoCursor();
        private final ProtoCursor nested = new ProtoCursor();
        private int key;

        @Override
        public String path() {
            return PATH;
        }

        @Override
        public boolean next() {
            key = random.nextInt(keys.count());
            return true;
        }

        @Override
        public void encode(ByteSink out) {
            byte[] name = keys.key(key);
            int keyField = ByteSink.bytesFieldBytes(name.length);
            if (target == Target.VERSION) {
                out.messageField(COMPARE, 2 + keyField + 2);
                out.varintField(1, RESULT_GREATER);
                out.bytesField(3, name);
                out.varintField(4, 0);
            } else {
                long revision = modRevisions[key];
                out.messageField(COMPARE, 2 + keyField + 1 + ByteSink.varintBytes(revision));
                out.varintField(2, TARGET_MOD);
                out.bytesField(3, name);
                out.varintField(6, revision);
                int range = ByteSink.bytesFieldBytes(keyField);
                out.messageField(FAILURE, range);
                out.messageField(1, keyField);
                out.bytesField(1, name);
            }
            int put = PutLoad.putBytes(keys, values);
            out.messageField(SUCCESS, ByteSink.bytesFieldBytes(put));
            out.messageField(2, put);
            PutLoad.put(out, keys, values, key);
        }

        @Override
        public boolean keepsReply() {
            return true;
        }

        @Override
        public @Nullable String check(byte[] bytes, int offset, int length) {
            long revision = 0;
            boolean succeeded = false;
            long seen = 0;
            reply.over(bytes, offset, length);
            while (reply.next()) {
                switch (reply.field()) {
                    case 1 -> revision = nested.into(reply).find(3);
                    case 2 -> succeeded = reply.number() != 0;
                    case 3 -> seen = target == Target.MOD ? modRevisionOfRange() : 0;
                    default -> {} // nothing else is of interest
                }
            }
            if (target == Target.VERSION) {
                return succeeded ? null : "the compare failed: the key space is not filled";
            }
            modRevisions[key] = succeeded ? revision : seen;
            return null;
        }

        /** ResponseOp.response_range.kvs[0].mod_revision; 0 if there is none. */
        private long modRevisionOfRange() {
            nested.into(reply);
            if (!nested.next() || nested.field() != 1) {
                return 0;
            }
            nested.into(nested);
            while (nested.next()) {
                if (nested.field() == 2) {
                    return nested.into(nested).find(3);
                }
            }
            return 0;
        }
    }
}
