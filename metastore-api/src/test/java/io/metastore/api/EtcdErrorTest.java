package io.metastore.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtcdErrorTest {
    /** Name, code on the wire, text. Apart from the enum, so that neither can change by accident. */
    private static final String TABLE = """
            # KV / Txn / MVCC
            EMPTY_KEY | INVALID_ARGUMENT | etcdserver: key is not provided
            KEY_NOT_FOUND | INVALID_ARGUMENT | etcdserver: key not found
            VALUE_PROVIDED | INVALID_ARGUMENT | etcdserver: value is provided
            LEASE_PROVIDED | INVALID_ARGUMENT | etcdserver: lease is provided
            TOO_MANY_OPS | INVALID_ARGUMENT | etcdserver: too many operations in txn request
            DUPLICATE_KEY | INVALID_ARGUMENT | etcdserver: duplicate key given in txn request
            INVALID_SORT_OPTION | INVALID_ARGUMENT | etcdserver: invalid sort option
            COMPACTED | OUT_OF_RANGE | etcdserver: mvcc: required revision has been compacted
            FUTURE_REVISION | OUT_OF_RANGE | etcdserver: mvcc: required revision is a future revision
            NO_SPACE | RESOURCE_EXHAUSTED | etcdserver: mvcc: database space exceeded
            REQUEST_TOO_LARGE | INVALID_ARGUMENT | etcdserver: request is too large
            TOO_MANY_REQUESTS | UNKNOWN | etcdserver: too many requests
            INVALID_CLIENT_API_VERSION | INVALID_ARGUMENT | etcdserver: invalid client api version
            # Lease
            LEASE_NOT_FOUND | NOT_FOUND | etcdserver: requested lease not found
            LEASE_EXIST | FAILED_PRECONDITION | etcdserver: lease already exists
            LEASE_TTL_TOO_LARGE | OUT_OF_RANGE | etcdserver: too large lease TTL
            # Watch
            WATCH_CANCELED | CANCELLED | etcdserver: watch canceled
            # Cluster
            MEMBER_EXIST | FAILED_PRECONDITION | etcdserver: member ID already exist
            PEER_URL_EXIST | FAILED_PRECONDITION | etcdserver: Peer URLs already exists
            MEMBER_NOT_ENOUGH_STARTED | UNKNOWN | etcdserver: re-configuration failed due to not enough started members
            MEMBER_BAD_URLS | INVALID_ARGUMENT | etcdserver: given member URLs are invalid
            MEMBER_NOT_FOUND | NOT_FOUND | etcdserver: member not found
            MEMBER_NOT_LEARNER | FAILED_PRECONDITION | etcdserver: can only promote a learner member
            LEARNER_NOT_READY | FAILED_PRECONDITION | etcdserver: can only promote a learner member which is in sync with leader
            TOO_MANY_LEARNERS | FAILED_PRECONDITION | etcdserver: too many learner members in cluster
            UNHEALTHY | UNAVAILABLE | etcdserver: unhealthy cluster
            CLUSTER_ID_MISMATCH | FAILED_PRECONDITION | etcdserver: cluster ID mismatch
            # Maintenance / raft state
            NO_LEADER | UNAVAILABLE | etcdserver: no leader
            NOT_LEADER | FAILED_PRECONDITION | etcdserver: not leader
            LEADER_CHANGED | UNAVAILABLE | etcdserver: leader changed
            TIMEOUT | UNAVAILABLE | etcdserver: request timed out
            TIMEOUT_LEADER_FAILED | UNAVAILABLE | etcdserver: request timed out, possibly due to previous leader failure
            TIMEOUT_CONNECTION_LOST | UNAVAILABLE | etcdserver: request timed out, possibly due to connection lost
            TIMEOUT_WAIT_APPLIED_INDEX | UNAVAILABLE | etcdserver: request timed out, waiting for the applied index took too long
            STOPPED | UNAVAILABLE | etcdserver: server stopped
            CANCELED | CANCELLED | etcdserver: request canceled
            DEADLINE_EXCEEDED | DEADLINE_EXCEEDED | etcdserver: context deadline exceeded
            CORRUPT | DATA_LOSS | etcdserver: corrupt cluster
            NOT_CAPABLE | FAILED_PRECONDITION | etcdserver: not capable
            NOT_SUPPORTED_FOR_LEARNER | FAILED_PRECONDITION | etcdserver: rpc not supported for learner
            BAD_LEADER_TRANSFEREE | FAILED_PRECONDITION | etcdserver: bad leader transferee
            WRONG_DOWNGRADE_VERSION_FORMAT | INVALID_ARGUMENT | etcdserver: wrong downgrade target version format
            INVALID_DOWNGRADE_TARGET_VERSION | INVALID_ARGUMENT | etcdserver: invalid downgrade target version
            CLUSTER_VERSION_UNAVAILABLE | FAILED_PRECONDITION | etcdserver: cluster version not found during downgrade
            DOWNGRADE_IN_PROCESS | FAILED_PRECONDITION | etcdserver: cluster has a downgrade job in progress
            NO_INFLIGHT_DOWNGRADE | FAILED_PRECONDITION | etcdserver: no inflight downgrade job
            # Auth
            ROOT_USER_NOT_EXIST | FAILED_PRECONDITION | etcdserver: root user does not exist
            ROOT_ROLE_NOT_EXIST | FAILED_PRECONDITION | etcdserver: root user does not have root role
            USER_ALREADY_EXIST | FAILED_PRECONDITION | etcdserver: user name already exists
            USER_EMPTY | INVALID_ARGUMENT | etcdserver: user name is empty
            USER_NOT_FOUND | FAILED_PRECONDITION | etcdserver: user name not found
            ROLE_ALREADY_EXIST | FAILED_PRECONDITION | etcdserver: role name already exists
            ROLE_NOT_FOUND | FAILED_PRECONDITION | etcdserver: role name not found
            ROLE_EMPTY | INVALID_ARGUMENT | etcdserver: role name is empty
            AUTH_FAILED | INVALID_ARGUMENT | etcdserver: authentication failed, invalid user ID or password
            PERMISSION_NOT_GIVEN | INVALID_ARGUMENT | etcdserver: permission not given
            PERMISSION_DENIED | PERMISSION_DENIED | etcdserver: permission denied
            ROLE_NOT_GRANTED | FAILED_PRECONDITION | etcdserver: role is not granted to the user
            PERMISSION_NOT_GRANTED | FAILED_PRECONDITION | etcdserver: permission is not granted to the role
            AUTH_NOT_ENABLED | FAILED_PRECONDITION | etcdserver: authentication is not enabled
            INVALID_AUTH_TOKEN | UNAUTHENTICATED | etcdserver: invalid auth token
            INVALID_AUTH_MGMT | INVALID_ARGUMENT | etcdserver: invalid auth management
            AUTH_OLD_REVISION | INVALID_ARGUMENT | etcdserver: revision of auth store is old
            # Uncatalogued
            NO_PASSWORD_USER | UNKNOWN | auth: authentication failed, password was given for no password user
            VERIFY_ONLY_KEY | UNKNOWN | auth: token signing attempted with verify-only key
            INVALID_AUTH_SIGNATURE_METHOD | UNKNOWN | auth: invalid auth signature method
            INVALID_AUTH_OPTIONS | UNKNOWN | auth: invalid auth options
            MISSING_KEY_DATA | UNKNOWN | auth: missing key data
            KEY_MISMATCH | UNKNOWN | auth: public and private keys don't match
            PASSWORD_TOO_LONG | UNKNOWN | bcrypt: password length exceeds 72 bytes
            NOT_PRIMARY_LESSOR | UNKNOWN | not a primary lessor
            TIMEOUT_LEADER_TRANSFER | UNKNOWN | etcdserver: request timed out, leader transfer took too long
            UNKNOWN_METHOD | UNKNOWN | etcdserver: unknown method
            RAFT_STOPPED | UNKNOWN | raft: stopped
            RAFT_PROPOSAL_DROPPED | UNKNOWN | raft proposal dropped
            LEADER_FIELD_MISSING | UNKNOWN | "leader" field must be provided
            ELECTION_NOT_LEADER | UNKNOWN | election: not leader
            ELECTION_NO_LEADER | UNKNOWN | election: no leader
            MUTEX_SESSION_EXPIRED | UNKNOWN | mutex: session is expired
            LOST_DELETE_WATCHER | UNKNOWN | lost watcher waiting for delete
            RANGE_STREAM_SORTED | UNIMPLEMENTED | RangeStream does not support custom sort orders
            RANGE_STREAM_FILTERED | UNIMPLEMENTED | RangeStream does not support revision filters
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = TABLE)
    void hasEtcdsCodeAndText(String name, Status.Code code, String text) {
        EtcdError error = EtcdError.valueOf(name);

        assertThat(error.code()).isEqualTo(code);
        assertThat(error.text()).isEqualTo(text);
        assertThat(error.status().getCode()).isEqualTo(code);
        assertThat(error.status().getDescription()).isEqualTo(text);
    }

    @Test
    void tableIsComplete() {
        List<String> names = TABLE.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList();

        assertThat(names)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(EtcdError.values()).map(Enum::name).toList());
    }

    @Test
    void textsAreDistinct() {
        assertThat(Arrays.stream(EtcdError.values()).map(EtcdError::text)).doesNotHaveDuplicates();
    }

    @Test
    void exceptionCarriesTheErrorAndNoStackTrace() {
        assertThatThrownBy(() -> {
                    throw EtcdError.COMPACTED.exception();
                })
                .isInstanceOfSatisfying(EtcdException.class, thrown -> {
                    assertThat(thrown.error()).isEqualTo(EtcdError.COMPACTED);
                    assertThat(thrown.getStackTrace()).isEmpty();
                })
                .hasMessage("etcdserver: mvcc: required revision has been compacted")
                .hasNoCause();
    }

    @Test
    void exceptionIsNotChangedByThoseWhoShareIt() {
        EtcdException thrown = EtcdError.NO_LEADER.exception();

        thrown.addSuppressed(new IllegalStateException());

        assertThat(thrown.getSuppressed()).isEmpty();
    }
}
