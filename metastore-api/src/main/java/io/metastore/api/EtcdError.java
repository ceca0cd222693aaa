package io.metastore.api;

import io.grpc.Status;
import io.grpc.Status.Code;

/**
 * The errors etcd clients know. Clients match on the text, so every character of it is part of the contract. The code is
 * the one etcd sends, which for two entries is not the one its clients assume.
 */
public enum EtcdError {
    // Keys and transactions

    EMPTY_KEY(Code.INVALID_ARGUMENT, "etcdserver: key is not provided"),
    /** A put that keeps the value or the lease of a key which doesn't exist; also an operation without a kind. */
    KEY_NOT_FOUND(Code.INVALID_ARGUMENT, "etcdserver: key not found"),
    VALUE_PROVIDED(Code.INVALID_ARGUMENT, "etcdserver: value is provided"),
    LEASE_PROVIDED(Code.INVALID_ARGUMENT, "etcdserver: lease is provided"),
    TOO_MANY_OPS(Code.INVALID_ARGUMENT, "etcdserver: too many operations in txn request"),
    DUPLICATE_KEY(Code.INVALID_ARGUMENT, "etcdserver: duplicate key given in txn request"),
    INVALID_SORT_OPTION(Code.INVALID_ARGUMENT, "etcdserver: invalid sort option"),
    COMPACTED(Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted"),
    FUTURE_REVISION(Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision"),
    NO_SPACE(Code.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"),
    REQUEST_TOO_LARGE(Code.INVALID_ARGUMENT, "etcdserver: request is too large"),
    /** Too much is committed and not yet applied. Clients take it for RESOURCE_EXHAUSTED, by the text. */
    TOO_MANY_REQUESTS(Code.UNKNOWN, "etcdserver: too many requests"),
    INVALID_CLIENT_API_VERSION(Code.INVALID_ARGUMENT, "etcdserver: invalid client api version"),

    // Leases

    /** Not for keep-alive or time-to-live, which answer with a TTL of 0 or -1. */
    LEASE_NOT_FOUND(Code.NOT_FOUND, "etcdserver: requested lease not found"),
    LEASE_EXIST(Code.FAILED_PRECONDITION, "etcdserver: lease already exists"),
    LEASE_TTL_TOO_LARGE(Code.OUT_OF_RANGE, "etcdserver: too large lease TTL"),

    // Watch

    WATCH_CANCELED(Code.CANCELLED, "etcdserver: watch canceled"),

    // Membership

    MEMBER_EXIST(Code.FAILED_PRECONDITION, "etcdserver: member ID already exist"),
    PEER_URL_EXIST(Code.FAILED_PRECONDITION, "etcdserver: Peer URLs already exists"),
    /** Clients take it for FAILED_PRECONDITION, by the text. */
    MEMBER_NOT_ENOUGH_STARTED(Code.UNKNOWN, "etcdserver: re-configuration failed due to not enough started members"),
    MEMBER_BAD_URLS(Code.INVALID_ARGUMENT, "etcdserver: given member URLs are invalid"),
    MEMBER_NOT_FOUND(Code.NOT_FOUND, "etcdserver: member not found"),
    MEMBER_NOT_LEARNER(Code.FAILED_PRECONDITION, "etcdserver: can only promote a learner member"),
    LEARNER_NOT_READY(
            Code.FAILED_PRECONDITION, "etcdserver: can only promote a learner member which is in sync with leader"),
    TOO_MANY_LEARNERS(Code.FAILED_PRECONDITION, "etcdserver: too many learner members in cluster"),
    UNHEALTHY(Code.UNAVAILABLE, "etcdserver: unhealthy cluster"),
    CLUSTER_ID_MISMATCH(Code.FAILED_PRECONDITION, "etcdserver: cluster ID mismatch"),

    // Raft and maintenance

    NO_LEADER(Code.UNAVAILABLE, "etcdserver: no leader"),
    NOT_LEADER(Code.FAILED_PRECONDITION, "etcdserver: not leader"),
    LEADER_CHANGED(Code.UNAVAILABLE, "etcdserver: leader changed"),
    TIMEOUT(Code.UNAVAILABLE, "etcdserver: request timed out"),
    TIMEOUT_LEADER_FAILED(Code.UNAVAILABLE, "etcdserver: request timed out, possibly due to previous leader failure"),
    TIMEOUT_CONNECTION_LOST(Code.UNAVAILABLE, "etcdserver: request timed out, possibly due to connection lost"),
    TIMEOUT_WAIT_APPLIED_INDEX(
            Code.UNAVAILABLE, "etcdserver: request timed out, waiting for the applied index took too long"),
    STOPPED(Code.UNAVAILABLE, "etcdserver: server stopped"),
    CANCELED(Code.CANCELLED, "etcdserver: request canceled"),
    /** Known to clients, hardly ever sent: a client's own deadline reaches it as gRPC's error. */
    DEADLINE_EXCEEDED(Code.DEADLINE_EXCEEDED, "etcdserver: context deadline exceeded"),
    CORRUPT(Code.DATA_LOSS, "etcdserver: corrupt cluster"),
    NOT_CAPABLE(Code.FAILED_PRECONDITION, "etcdserver: not capable"),
    /** Clients go to another endpoint only if both code and text are these. */
    NOT_SUPPORTED_FOR_LEARNER(Code.FAILED_PRECONDITION, "etcdserver: rpc not supported for learner"),
    BAD_LEADER_TRANSFEREE(Code.FAILED_PRECONDITION, "etcdserver: bad leader transferee"),
    WRONG_DOWNGRADE_VERSION_FORMAT(Code.INVALID_ARGUMENT, "etcdserver: wrong downgrade target version format"),
    INVALID_DOWNGRADE_TARGET_VERSION(Code.INVALID_ARGUMENT, "etcdserver: invalid downgrade target version"),
    CLUSTER_VERSION_UNAVAILABLE(Code.FAILED_PRECONDITION, "etcdserver: cluster version not found during downgrade"),
    DOWNGRADE_IN_PROCESS(Code.FAILED_PRECONDITION, "etcdserver: cluster has a downgrade job in progress"),
    /** Sent by etcd 3.5; later releases let a cancel without a job succeed. */
    NO_INFLIGHT_DOWNGRADE(Code.FAILED_PRECONDITION, "etcdserver: no inflight downgrade job"),

    // Auth

    ROOT_USER_NOT_EXIST(Code.FAILED_PRECONDITION, "etcdserver: root user does not exist"),
    ROOT_ROLE_NOT_EXIST(Code.FAILED_PRECONDITION, "etcdserver: root user does not have root role"),
    USER_ALREADY_EXIST(Code.FAILED_PRECONDITION, "etcdserver: user name already exists"),
    /** Also for a call without credentials when auth is enabled. */
    USER_EMPTY(Code.INVALID_ARGUMENT, "etcdserver: user name is empty"),
    USER_NOT_FOUND(Code.FAILED_PRECONDITION, "etcdserver: user name not found"),
    ROLE_ALREADY_EXIST(Code.FAILED_PRECONDITION, "etcdserver: role name already exists"),
    ROLE_NOT_FOUND(Code.FAILED_PRECONDITION, "etcdserver: role name not found"),
    ROLE_EMPTY(Code.INVALID_ARGUMENT, "etcdserver: role name is empty"),
    AUTH_FAILED(Code.INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password"),
    PERMISSION_NOT_GIVEN(Code.INVALID_ARGUMENT, "etcdserver: permission not given"),
    PERMISSION_DENIED(Code.PERMISSION_DENIED, "etcdserver: permission denied"),
    ROLE_NOT_GRANTED(Code.FAILED_PRECONDITION, "etcdserver: role is not granted to the user"),
    PERMISSION_NOT_GRANTED(Code.FAILED_PRECONDITION, "etcdserver: permission is not granted to the role"),
    AUTH_NOT_ENABLED(Code.FAILED_PRECONDITION, "etcdserver: authentication is not enabled"),
    INVALID_AUTH_TOKEN(Code.UNAUTHENTICATED, "etcdserver: invalid auth token"),
    /** The root user and role are kept while auth is enabled; also a permission whose interval is malformed. */
    INVALID_AUTH_MGMT(Code.INVALID_ARGUMENT, "etcdserver: invalid auth management"),
    AUTH_OLD_REVISION(Code.INVALID_ARGUMENT, "etcdserver: revision of auth store is old"),

    // Not in etcd's catalogue: internal errors whose texts reach the client as they are.

    NO_PASSWORD_USER(Code.UNKNOWN, "auth: authentication failed, password was given for no password user"),
    VERIFY_ONLY_KEY(Code.UNKNOWN, "auth: token signing attempted with verify-only key"),
    PASSWORD_TOO_LONG(Code.UNKNOWN, "bcrypt: password length exceeds 72 bytes"),
    NOT_PRIMARY_LESSOR(Code.UNKNOWN, "not a primary lessor"),
    TIMEOUT_LEADER_TRANSFER(Code.UNKNOWN, "etcdserver: request timed out, leader transfer took too long"),
    /** A downgrade request whose action no release defines. */
    UNKNOWN_METHOD(Code.UNKNOWN, "etcdserver: unknown method"),
    RAFT_STOPPED(Code.UNKNOWN, "raft: stopped"),
    RAFT_PROPOSAL_DROPPED(Code.UNKNOWN, "raft proposal dropped"),
    LEADER_FIELD_MISSING(Code.UNKNOWN, "\"leader\" field must be provided"),
    ELECTION_NOT_LEADER(Code.UNKNOWN, "election: not leader"),
    ELECTION_NO_LEADER(Code.UNKNOWN, "election: no leader"),
    MUTEX_SESSION_EXPIRED(Code.UNKNOWN, "mutex: session is expired"),
    LOST_DELETE_WATCHER(Code.UNKNOWN, "lost watcher waiting for delete"),
    RANGE_STREAM_SORTED(Code.UNIMPLEMENTED, "RangeStream does not support custom sort orders"),
    RANGE_STREAM_FILTERED(Code.UNIMPLEMENTED, "RangeStream does not support revision filters"),

    // Likewise, but of a server that refuses to start: no client sees these.

    INVALID_AUTH_SIGNATURE_METHOD(Code.UNKNOWN, "auth: invalid auth signature method"),
    INVALID_AUTH_OPTIONS(Code.UNKNOWN, "auth: invalid auth options"),
    MISSING_KEY_DATA(Code.UNKNOWN, "auth: missing key data"),
    KEY_MISMATCH(Code.UNKNOWN, "auth: public and private keys don't match");

    private final Code code;
    private final String text;

    EtcdError(Code code, String text) {
        this.code = code;
        this.text = text;
    }

    /** The code etcd puts on the wire. */
    public Code code() {
        return code;
    }

    public String text() {
        return text;
    }

    public Status status() {
        return Status.fromCode(code).withDescription(text);
    }

    public EtcdException exception() {
        return new EtcdException(this);
    }
}
