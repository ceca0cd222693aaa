package io.metastore.server.grpc;

import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.WatchCancelReason;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.mvcc.KeyRange;
import io.metastore.storage.watch.WatchGuard;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the watches of one stream may see. Its token counts while they are created; after that they are its user's, and last
 * as long as that may read what they watch, however long the token does.
 *
 * <p>Belongs to the stream's lane.
 */
final class AccessGuard implements WatchGuard {
    private static final Map<EtcdError, WatchCancelReason> REASONS = Map.of(
            EtcdError.INVALID_AUTH_TOKEN, WatchCancelReason.INVALID_AUTH_TOKEN,
            EtcdError.AUTH_OLD_REVISION, WatchCancelReason.AUTH_OLD_REVISION,
            EtcdError.USER_EMPTY, WatchCancelReason.USER_EMPTY);

    private final Access access;
    private final Credentials credentials;
    // Null while only watches were created that nobody was asked about.
    private @Nullable String user;

    AccessGuard(Access access, Credentials credentials) {
        this.access = access;
        this.credentials = credentials;
    }

    @Override
    public @Nullable String refusal(KeyRange range) {
        AuthState auth = access.state();
        if (!auth.enabled()) {
            return null;
        }
        EtcdError refusal;
        try {
            Caller caller = access.callerOf(credentials, auth);
            refusal = auth.refusalToRead(caller, range);
            if (refusal == null) {
                user = caller.user();
            }
        } catch (EtcdException unknown) {
            refusal = unknown.error();
        }
        return refusal == null
                ? null
                : REASONS.getOrDefault(refusal, WatchCancelReason.PERMISSION_DENIED)
                        .text();
    }

    /** A watch from a time when auth was off has to show now what it was not asked for then. */
    @Override
    public @Nullable String lost(KeyRange range) {
        if (user == null) {
            return refusal(range);
        }
        return access.state().mayRead(user, range) ? null : WatchCancelReason.PERMISSION_DENIED.text();
    }
}
