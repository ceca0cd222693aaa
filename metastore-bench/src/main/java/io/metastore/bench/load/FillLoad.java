package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;

/** Puts every key of the key space once, in number order, several to a transaction. An operation is a key. */
final class FillLoad implements UnaryWorkload {
    private static final String TXN_PATH = "/etcdserverpb.KV/Txn";

    private final KeySpace keys;
    private final Values values;
    private final int putsPerTxn;
    private int nextKey;

    FillLoad(KeySpace keys, Values values, int putsPerTxn) {
        if (putsPerTxn < 1) {
            throw new IllegalArgumentException("puts per transaction: " + putsPerTxn);
        }
        this.keys = keys;
        this.values = values;
        this.putsPerTxn = putsPerTxn;
    }

    @Override
    public Call newCall() {
        return new FillCall();
    }

    private final class FillCall implements Call {
        private int first;
        private int count;

        @Override
        public String path() {
            return putsPerTxn == 1 ? PutLoad.PATH : TXN_PATH;
        }

        @Override
        public boolean next() {
            first = nextKey;
            count = Math.min(putsPerTxn, keys.count() - nextKey);
            nextKey += count;
            return count > 0;
        }

        @Override
        public int operations() {
            return count;
        }

        @Override
        public void encode(ByteSink out) {
            if (putsPerTxn == 1) {
                PutLoad.put(out, keys, values, first);
                return;
            }
            int put = PutLoad.putBytes(keys, values);
            for (int i = 0; i < count; i++) {
                out.messageField(2, ByteSink.bytesFieldBytes(put));
                out.messageField(2, put);
                PutLoad.put(out, keys, values, first + i);
            }
        }
    }
}
