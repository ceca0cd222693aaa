package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import org.jspecify.annotations.Nullable;

/** Grants a lease, revokes it, and so on; each is an operation. */
final class LeaseLoad implements UnaryWorkload {
    static final String GRANT = "/etcdserverpb.Lease/LeaseGrant";
    private static final String REVOKE = "/etcdserverpb.Lease/LeaseRevoke";
    private static final int REPLY_ID = 2;

    private final long ttlSeconds;

    LeaseLoad(long ttlSeconds) {
        this.ttlSeconds = ttlSeconds;
    }

    @Override
    public Call newCall() {
        return new LeaseCall();
    }

    private final class LeaseCall implements Call {
        private final ProtoCursor cursor = new ProtoCursor();
        /** Of the lease to be revoked; 0: grant one. */
        private long id;

        private boolean revokes;

        @Override
        public String path() {
            return revokes ? REVOKE : GRANT;
        }

        @Override
        public boolean next() {
            revokes = id != 0;
            return true;
        }

        @Override
        public void encode(ByteSink out) {
            out.varintField(1, revokes ? id : ttlSeconds);
            id = 0;
        }

        @Override
        public boolean keepsReply() {
            return !revokes;
        }

        @Override
        public @Nullable String check(byte[] bytes, int offset, int length) {
            id = cursor.over(bytes, offset, length).find(REPLY_ID);
            return id == 0 ? "a grant without an id" : null;
        }
    }
}
