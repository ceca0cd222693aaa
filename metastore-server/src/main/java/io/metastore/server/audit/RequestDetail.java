package io.metastore.server.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.metastore.api.rpc.AuthRoleAddRequest;
import io.metastore.api.rpc.AuthRoleDeleteRequest;
import io.metastore.api.rpc.AuthRoleGetRequest;
import io.metastore.api.rpc.AuthRoleGrantPermissionRequest;
import io.metastore.api.rpc.AuthRoleRevokePermissionRequest;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserChangePasswordRequest;
import io.metastore.api.rpc.AuthUserDeleteRequest;
import io.metastore.api.rpc.AuthUserGetRequest;
import io.metastore.api.rpc.AuthUserGrantRoleRequest;
import io.metastore.api.rpc.AuthUserRevokeRoleRequest;
import io.metastore.api.rpc.AuthenticateRequest;
import io.metastore.api.rpc.CampaignRequest;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.LeaderRequest;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.LockRequest;
import io.metastore.api.rpc.MemberAddRequest;
import io.metastore.api.rpc.MemberPromoteRequest;
import io.metastore.api.rpc.MemberRemoveRequest;
import io.metastore.api.rpc.MemberUpdateRequest;
import io.metastore.api.rpc.MoveLeaderRequest;
import io.metastore.api.rpc.ProclaimRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResignRequest;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.UnlockRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import java.util.List;

/**
 * What of a request is told: keys, and names and ids of what it is about. Each field is named here; one that is not, as a
 * value, a password or a hash, cannot get into the log.
 */
final class RequestDetail {
    /** So much of a key is told. */
    static final int MAX_KEY_BYTES = 1 << 10;
    /** So many ranges of a transaction are told. */
    static final int MAX_RANGES = 256;

    private final LineBuffer line;
    private int ranges;

    RequestDetail(LineBuffer line) {
        this.line = line;
    }

    void write(MessageLite request) {
        ranges = 0;
        if (request instanceof PutRequest put) {
            range("", put.getKey(), ByteString.EMPTY);
            endRanges();
            id("lease", put.getLease());
        } else if (request instanceof RangeRequest get) {
            range("", get.getKey(), get.getRangeEnd());
            endRanges();
        } else if (request instanceof TxnRequest txn) {
            txn(txn);
            endRanges();
        } else if (request instanceof DeleteRangeRequest delete) {
            range("", delete.getKey(), delete.getRangeEnd());
            endRanges();
        } else if (request instanceof WatchCreateRequest watch) {
            range("", watch.getKey(), watch.getRangeEnd());
            endRanges();
        } else if (request instanceof CompactionRequest compact) {
            line.raw(",\"compact\":").number(compact.getRevision());
        } else {
            leases(request);
            locks(request);
            users(request);
            roles(request);
            members(request);
        }
    }

    private void txn(TxnRequest txn) {
        for (Compare compare : txn.getCompareList()) {
            range("compare", compare.getKey(), compare.getRangeEnd());
        }
        operations(txn.getSuccessList());
        operations(txn.getFailureList());
    }

    private void operations(List<RequestOp> operations) {
        for (RequestOp operation : operations) {
            switch (operation.getRequestCase()) {
                case REQUEST_RANGE -> {
                    RangeRequest get = operation.getRequestRange();
                    range("range", get.getKey(), get.getRangeEnd());
                }
                case REQUEST_PUT -> range("put", operation.getRequestPut().getKey(), ByteString.EMPTY);
                case REQUEST_DELETE_RANGE -> {
                    DeleteRangeRequest delete = operation.getRequestDeleteRange();
                    range("delete", delete.getKey(), delete.getRangeEnd());
                }
                case REQUEST_TXN -> txn(operation.getRequestTxn());
                case REQUEST_NOT_SET -> {}
            }
        }
    }

    private void leases(MessageLite request) {
        if (request instanceof LeaseGrantRequest grant) {
            id("lease", grant.getID());
        } else if (request instanceof LeaseRevokeRequest revoke) {
            id("lease", revoke.getID());
        } else if (request instanceof LeaseTimeToLiveRequest ask) {
            id("lease", ask.getID());
        } else if (request instanceof LeaseKeepAliveRequest keepAlive) {
            id("lease", keepAlive.getID());
        }
    }

    private void locks(MessageLite request) {
        if (request instanceof LockRequest lock) {
            key(lock.getName());
            id("lease", lock.getLease());
        } else if (request instanceof UnlockRequest unlock) {
            key(unlock.getKey());
        } else if (request instanceof CampaignRequest campaign) {
            key(campaign.getName());
            id("lease", campaign.getLease());
        } else if (request instanceof ProclaimRequest proclaim) {
            key(proclaim.getLeader().getKey());
        } else if (request instanceof ResignRequest resign) {
            key(resign.getLeader().getKey());
        } else if (request instanceof LeaderRequest leader) {
            key(leader.getName());
        }
    }

    private void users(MessageLite request) {
        if (request instanceof AuthenticateRequest authenticate) {
            name("name", authenticate.getName());
        } else if (request instanceof AuthUserAddRequest add) {
            name("name", add.getName());
        } else if (request instanceof AuthUserGetRequest get) {
            name("name", get.getName());
        } else if (request instanceof AuthUserDeleteRequest delete) {
            name("name", delete.getName());
        } else if (request instanceof AuthUserChangePasswordRequest change) {
            name("name", change.getName());
        } else if (request instanceof AuthUserGrantRoleRequest grant) {
            name("name", grant.getUser());
            name("role", grant.getRole());
        } else if (request instanceof AuthUserRevokeRoleRequest revoke) {
            name("name", revoke.getName());
            name("role", revoke.getRole());
        }
    }

    private void roles(MessageLite request) {
        if (request instanceof AuthRoleAddRequest add) {
            name("role", add.getName());
        } else if (request instanceof AuthRoleGetRequest get) {
            name("role", get.getRole());
        } else if (request instanceof AuthRoleDeleteRequest delete) {
            name("role", delete.getRole());
        } else if (request instanceof AuthRoleGrantPermissionRequest grant) {
            name("role", grant.getName());
            name("permission", grant.getPerm().getPermType().name());
            range("", grant.getPerm().getKey(), grant.getPerm().getRangeEnd());
            endRanges();
        } else if (request instanceof AuthRoleRevokePermissionRequest revoke) {
            name("role", revoke.getRole());
            range("", revoke.getKey(), revoke.getRangeEnd());
            endRanges();
        }
    }

    private void members(MessageLite request) {
        if (request instanceof MemberAddRequest add) {
            name("urls", String.join(",", add.getPeerURLsList()));
        } else if (request instanceof MemberUpdateRequest update) {
            id("member", update.getID());
            name("urls", String.join(",", update.getPeerURLsList()));
        } else if (request instanceof MemberRemoveRequest remove) {
            id("member", remove.getID());
        } else if (request instanceof MemberPromoteRequest promote) {
            id("member", promote.getID());
        } else if (request instanceof MoveLeaderRequest move) {
            id("member", move.getTargetID());
        }
    }

    private void name(String field, String name) {
        line.raw(",\"").raw(field).raw("\":").text(name.substring(0, Math.min(name.length(), MAX_KEY_BYTES)));
    }

    /** As etcdctl shows them. */
    private void id(String field, long id) {
        if (id != 0) {
            line.raw(",\"").raw(field).raw("\":\"").raw(Long.toHexString(id)).raw("\"");
        }
    }

    private void key(ByteString key) {
        range("", key, ByteString.EMPTY);
        endRanges();
    }

    private void range(String operation, ByteString key, ByteString end) {
        ranges++;
        if (ranges > MAX_RANGES) {
            return;
        }
        if (operation.isEmpty()) {
            line.raw(ranges == 1 ? ",\"keys\":[{\"key\":" : ",{\"key\":");
        } else {
            line.raw(ranges == 1 ? ",\"keys\":[{\"op\":\"" : ",{\"op\":\"")
                    .raw(operation)
                    .raw("\",\"key\":");
        }
        line.key(key, Math.min(key.size(), MAX_KEY_BYTES));
        if (!end.isEmpty()) {
            line.raw(",\"end\":").key(end, Math.min(end.size(), MAX_KEY_BYTES));
        }
        if (key.size() > MAX_KEY_BYTES || end.size() > MAX_KEY_BYTES) {
            line.raw(",\"cut\":true");
        }
        line.raw("}");
    }

    private void endRanges() {
        if (ranges > 0) {
            line.raw("]");
        }
        if (ranges > MAX_RANGES) {
            line.raw(",\"more_keys\":").number(ranges - MAX_RANGES);
        }
    }
}
