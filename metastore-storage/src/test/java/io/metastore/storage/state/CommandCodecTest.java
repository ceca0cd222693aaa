package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import io.metastore.api.log.LogCommand;
import io.metastore.api.log.LogEntry;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.LeaseCheckpointRequest;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.storage.cluster.Member;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class CommandCodecTest {

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
                new Command.PublishMember(
                        new Member(-1, "m", List.of("http://p:1"), List.of("http://c:1", "http://c:2"), true)),
                new Command.SetClusterVersion("3.7.0"),
                new Command.NoOp());
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
                .addField(40, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
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
