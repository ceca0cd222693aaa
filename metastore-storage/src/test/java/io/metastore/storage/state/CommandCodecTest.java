package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.metastore.api.log.LogCommand;
import io.metastore.api.log.LogEntry;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AuthRoleAddRequest;
import io.metastore.api.rpc.AuthRoleDeleteRequest;
import io.metastore.api.rpc.AuthRoleGrantPermissionRequest;
import io.metastore.api.rpc.AuthRoleRevokePermissionRequest;
import io.metastore.api.rpc.AuthUserAddRequest;
import io.metastore.api.rpc.AuthUserChangePasswordRequest;
import io.metastore.api.rpc.AuthUserDeleteRequest;
import io.metastore.api.rpc.AuthUserGrantRoleRequest;
import io.metastore.api.rpc.AuthUserRevokeRoleRequest;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.LeaseCheckpointRequest;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.Permission;
import io.metastore.storage.auth.AuthChange;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.cluster.ClusterVersion;
import io.metastore.storage.cluster.Member;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class CommandCodecTest {

    private static final Member MEMBER =
            new Member(-1, "m", List.of("http://p:1"), List.of("http://c:1", "http://c:2"), true);

    static List<Command> commands() {
        return List.of(
                new Command.Put(Txns.put("a=1 lease=-5 prev")),
                new Command.Put(Txns.put("_")),
                new Command.DeleteRange(Txns.delete("[a,c) prev")),
                new Command.Txn(Txns.txn("if version(a)=0 then put a=1, txn{else get b} else delete >=a")),
                new Command.Compact(CompactionRequest.newBuilder()
                        .setRevision(7)
                        .setPhysical(true)
                        .build()),
                new Command.LeaseGrant(
                        LeaseGrantRequest.newBuilder().setID(-1).setTTL(60).build()),
                new Command.LeaseRevoke(LeaseRevokeRequest.newBuilder().setID(9).build()),
                new Command.LeaseCheckpoint(LeaseCheckpointRequest.newBuilder()
                        .addCheckpoints(io.metastore.api.rpc.LeaseCheckpoint.newBuilder()
                                .setID(9)
                                .setRemainingTTL(5))
                        .build()),
                new Command.RevokeExpired(List.of(1L, -2L, Long.MAX_VALUE), 3),
                new Command.Alarm(AlarmRequest.newBuilder()
                        .setActionValue(1)
                        .setMemberID(-1)
                        .setAlarmValue(2)
                        .build()),
                new Command.PublishMember(MEMBER),
                new Command.FoundCluster(List.of(MEMBER, new Member(2, "", List.of("http://p:2"), List.of(), false))),
                new Command.AddMember(MEMBER, 1),
                new Command.RemoveMember(-1),
                new Command.UpdateMember(-1, List.of("http://p:3", "http://p:4")),
                new Command.PromoteMember(-1),
                new Command.KeepOnlyMember(-1),
                new Command.SetClusterVersion("3.7.0"),
                new Command.SetDowngrade(Optional.of(new ClusterVersion(3, 6))),
                new Command.SetDowngrade(Optional.empty()),
                new Command.NoOp(),
                new Command.LogIn("alice", "abcdefghijklmnop"),
                new Command.Asked(new Caller("alice", 7), new Command.Put(Txns.put("a=1"))),
                new Command.Asked(Caller.NOBODY, new Command.Put(Txns.put("a=1"))),
                auth(new AuthChange.Enable()),
                auth(new AuthChange.Disable()),
                auth(new AuthChange.AddUser(AuthUserAddRequest.newBuilder()
                        .setName("alice")
                        .setHashedPassword("aGFzaA==")
                        .build())),
                auth(new AuthChange.DeleteUser(
                        AuthUserDeleteRequest.newBuilder().setName("alice").build())),
                auth(new AuthChange.ChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName("alice")
                        .setHashedPassword("aGFzaA==")
                        .build())),
                auth(new AuthChange.GrantRole(AuthUserGrantRoleRequest.newBuilder()
                        .setUser("alice")
                        .setRole("r")
                        .build())),
                auth(new AuthChange.RevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                        .setName("alice")
                        .setRole("r")
                        .build())),
                auth(new AuthChange.AddRole(
                        AuthRoleAddRequest.newBuilder().setName("r").build())),
                auth(new AuthChange.DeleteRole(
                        AuthRoleDeleteRequest.newBuilder().setRole("r").build())),
                auth(new AuthChange.GrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                        .setName("r")
                        .setPerm(Permission.newBuilder().setKey(ByteString.copyFromUtf8("k")))
                        .build())),
                auth(new AuthChange.RevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole("r")
                        .setKey(ByteString.copyFromUtf8("k"))
                        .build())));
    }

    @Test
    void anEntryTellsItsOriginWithoutBeingRead() {
        byte[] entry = CommandCodec.encode(-7, Long.MIN_VALUE, List.of(new Command.NoOp()));

        assertThat(CommandCodec.originOf(ByteBuffer.wrap(entry))).isEqualTo(new EntryOrigin(-7, Long.MIN_VALUE));
        assertThat(CommandCodec.originOf(ByteBuffer.wrap(new byte[] {1, 2, 3}))).isNull();
    }

    private static Command auth(AuthChange change) {
        return new Command.Asked(new Caller("root", 3), new Command.ChangeAuth(change));
    }

    /** Whoever adds a command and forgets the list above would have it tested by nothing. */
    @Test
    void everyCommandIsInTheList() {
        List<Class<?>> listed = new ArrayList<>();
        for (Command command : commands()) {
            listed.add(command.getClass());
            if (command instanceof Command.Asked asked) {
                listed.add(asked.command().getClass());
                if (asked.command() instanceof Command.ChangeAuth auth) {
                    listed.add(auth.change().getClass());
                }
            }
        }

        assertThat(listed).contains(Command.class.getPermittedSubclasses());
        assertThat(listed).contains(AuthChange.class.getPermittedSubclasses());
    }

    @Test
    void aPasswordCannotBeWritten() {
        assertThatThrownBy(() -> new AuthChange.AddUser(
                        AuthUserAddRequest.newBuilder().setPassword("secret").build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> new AuthChange.ChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setPassword("secret")
                        .build()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandComesBackAsItWent(Command command) {
        assertThat(roundTrip(List.of(command))).containsExactly(command);
    }

    @Test
    void theCommandsOfAnEntryKeepTheirOrderAndOrigin() {
        EntryCommands entry = decode(CommandCodec.encode(-7, Long.MAX_VALUE, commands()));

        assertThat(entry).isEqualTo(new EntryCommands(-7, Long.MAX_VALUE, commands()));
    }

    @Test
    void whatIsWrittenIsWhatProtobufWouldWrite() throws Exception {
        byte[] entry = CommandCodec.encode(1, 2, commands());

        assertThat(LogEntry.parseFrom(entry).toByteArray()).isEqualTo(entry);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theSizeOfACommandIsKnownBeforehand(Command command) throws Exception {
        byte[] entry = CommandCodec.encode(1, 2, List.of(command));

        assertThat(CommandCodec.sizeOf(command))
                .isEqualTo(LogEntry.parseFrom(entry).getCommands(0).getSerializedSize());
    }

    @Test
    void theDeepestTxnThatPassesTheChecksCanBeReadAgain() {
        Command command = new Command.Txn(TxnChecksTest.deep(TxnChecks.MAX_DEPTH));

        assertThat(roundTrip(List.of(command))).containsExactly(command);
    }

    static Stream<LogEntry> foreignEntries() {
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        LogEntry entry = LogEntry.newBuilder().setFormat(CommandCodec.FORMAT).build();
        LogCommand known = LogCommand.newBuilder().setPut(Txns.put("a=1")).build();
        return Stream.of(
                entry.toBuilder().setFormat(0).build(),
                entry.toBuilder().setFormat(CommandCodec.FORMAT + 1).build(),
                entry.toBuilder().setUnknownFields(unknown).build(),
                entry.toBuilder().addCommands(LogCommand.getDefaultInstance()).build(),
                entry.toBuilder()
                        .addCommands(LogCommand.newBuilder().setUnknownFields(unknown))
                        .build(),
                entry.toBuilder()
                        .addCommands(known.toBuilder().setUnknownFields(unknown))
                        .build(),
                entry.toBuilder()
                        .addCommands(LogCommand.newBuilder()
                                .setRevokeExpired(io.metastore.api.log.RevokeExpired.newBuilder()
                                        .setUnknownFields(unknown)))
                        .build());
    }

    @ParameterizedTest
    @MethodSource("foreignEntries")
    void whatThisReleaseDoesNotKnowIsNeverSkipped(LogEntry entry) {
        assertThatThrownBy(() -> decode(entry.toByteArray())).isInstanceOf(UnreadableEntryException.class);
    }

    @Test
    void anEntryThatIsNoneIsRefused() {
        byte[] entry = CommandCodec.encode(1, 2, commands());
        byte[] cut = java.util.Arrays.copyOf(entry, entry.length / 2);

        assertThatThrownBy(() -> decode(cut)).isInstanceOf(UnreadableEntryException.class);
        assertThatThrownBy(() -> decode(new byte[0])).isInstanceOf(UnreadableEntryException.class);
    }

    private static List<Command> roundTrip(List<Command> commands) {
        return decode(CommandCodec.encode(1, 2, commands)).commands();
    }

    private static EntryCommands decode(byte[] entry) {
        return CommandCodec.decode(ByteBuffer.wrap(entry));
    }
}
