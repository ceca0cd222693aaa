package io.metastore.storage.state;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.lease.Lease;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a caller must be allowed for what it asks, with the ranges as they are executed (etcd: etcdserver/apply/auth.go).
 * The same questions are asked when a request comes in and, with the state of that moment, when its command is applied.
 *
 * <p>All answers: null for "allowed", else why not.
 */
public final class CommandAccess {
    private final AuthState auth;
    private final Caller caller;
    private final LongFunction<List<Key>> keysOfLease;

    /**
     * @param keysOfLease what is attached to a lease; asked only where the caller could not touch all keys anyway
     */
    public CommandAccess(AuthState auth, Caller caller, LongFunction<List<Key>> keysOfLease) {
        this.auth = auth;
        this.caller = caller;
        this.keysOfLease = keysOfLease;
    }

    /** Of what a caller asks for. */
    public @Nullable EtcdError refusalOfAsked(Command command) {
        if (command instanceof Command.Compact || command instanceof Command.Alarm) {
            return auth.refusalToAdminister(caller);
        }
        if (command instanceof Command.LeaseGrant || command instanceof Command.LeaseRevoke) {
            EtcdError refusal = auth.refusalToAnonymous(caller);
            return refusal == null ? refusal(command) : refusal;
        }
        return refusal(command);
    }

    /** Of any command: members compact, grant and raise alarms of their own accord. */
    public @Nullable EtcdError refusal(Command command) {
        if (command instanceof Command.Put put) {
            return refusal(put.request());
        }
        if (command instanceof Command.Txn txn) {
            return refusal(txn.request());
        }
        if (command instanceof Command.DeleteRange delete) {
            return refusal(delete.request());
        }
        if (command instanceof Command.LeaseRevoke revoke) {
            return refusalToChangeLease(revoke.request().getID());
        }
        if (command instanceof Command.ChangeAuth) {
            return auth.refusalToAdminister(caller);
        }
        return null;
    }

    public @Nullable EtcdError refusal(RangeRequest range) {
        return refusalToRead(KeyRange.fromRequest(range.getKey(), range.getRangeEnd()));
    }

    public @Nullable EtcdError refusalToRead(KeyRange range) {
        return auth.refusalToRead(caller, range);
    }

    private @Nullable EtcdError refusal(PutRequest put) {
        KeyRange key = KeyRange.ofKey(Key.of(put.getKey()));
        EtcdError refusal = auth.refusalToWrite(caller, key);
        if (refusal == null && put.getLease() != Lease.NONE) {
            // Who could not end the lease's other keys must not put one beside them that ends with them.
            refusal = refusalToChangeLease(put.getLease());
        }
        return refusal == null && put.getPrevKv() ? auth.refusalToRead(caller, key) : refusal;
    }

    private @Nullable EtcdError refusal(DeleteRangeRequest delete) {
        KeyRange range = KeyRange.fromRequest(delete.getKey(), delete.getRangeEnd());
        EtcdError refusal = auth.refusalToWrite(caller, range);
        return refusal == null && delete.getPrevKv() ? auth.refusalToRead(caller, range) : refusal;
    }

    /** All of it, whichever branch is taken: which one is taken would tell what cannot be read. */
    public @Nullable EtcdError refusal(TxnRequest txn) {
        for (Compare compare : txn.getCompareList()) {
            EtcdError refusal =
                    auth.refusalToRead(caller, KeyRange.fromRequest(compare.getKey(), compare.getRangeEnd()));
            if (refusal != null) {
                return refusal;
            }
        }
        EtcdError refusal = refusal(txn.getSuccessList());
        return refusal == null ? refusal(txn.getFailureList()) : refusal;
    }

    private @Nullable EtcdError refusal(List<RequestOp> operations) {
        for (RequestOp operation : operations) {
            EtcdError refusal =
                    switch (operation.getRequestCase()) {
                        case REQUEST_RANGE -> refusal(operation.getRequestRange());
                        case REQUEST_PUT -> refusal(operation.getRequestPut());
                        case REQUEST_DELETE_RANGE -> refusal(operation.getRequestDeleteRange());
                        case REQUEST_TXN -> refusal(operation.getRequestTxn());
                        case REQUEST_NOT_SET -> null;
                    };
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    /** Renewed, revoked or added to: each needs all that is attached to be writable. */
    public @Nullable EtcdError refusalToChangeLease(long lease) {
        if (auth.refusalToAdminister(caller) == null) {
            return null;
        }
        for (Key key : keysOfLease.apply(lease)) {
            EtcdError refusal = auth.refusalToWrite(caller, KeyRange.ofKey(key));
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    /** To be told what is attached. */
    public @Nullable EtcdError refusalToSeeLease(long lease) {
        if (auth.refusalToAdminister(caller) == null) {
            return null;
        }
        for (Key key : keysOfLease.apply(lease)) {
            EtcdError refusal = auth.refusalToRead(caller, KeyRange.ofKey(key));
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }
}
