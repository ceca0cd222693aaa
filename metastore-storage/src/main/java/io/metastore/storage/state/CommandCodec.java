package io.metastore.storage.state;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.metastore.api.log.LogCommand;
import io.metastore.api.log.LogEntry;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.cluster.ClusterVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Command ↔ log.proto; the only class that knows both. Writing builds no message around the client's request: its bytes
 * go behind a tag and a length.
 */
public final class CommandCodec {
    /** What this release writes, and the only one it reads. */
    static final int FORMAT = 1;

    private static final int LENGTH_DELIMITED = 2;
    private static final byte MEMBER_ID_TAG = LogEntry.MEMBER_ID_FIELD_NUMBER << 3 | 1;
    private static final byte SEQUENCE_TAG = LogEntry.SEQUENCE_FIELD_NUMBER << 3 | 1;
    private static final int ORIGIN_BYTES = 2 * (1 + Long.BYTES);
    private static final int COMMAND_TAG = LogEntry.COMMANDS_FIELD_NUMBER << 3 | LENGTH_DELIMITED;

    private static final int ENTRY_HEADER_BYTES =
            CodedOutputStream.computeFixed64Size(LogEntry.MEMBER_ID_FIELD_NUMBER, 0)
                    + CodedOutputStream.computeFixed64Size(LogEntry.SEQUENCE_FIELD_NUMBER, 0)
                    + CodedOutputStream.computeUInt32Size(LogEntry.FORMAT_FIELD_NUMBER, FORMAT);

    /** A command as the log holds it: the number of its field, what is in there, and who asks for it. */
    private record Payload(
            int field, MessageLite message, @Nullable MessageLite caller) {
        Payload(int field, MessageLite message) {
            this(field, message, null);
        }

        int size() {
            int size = CodedOutputStream.computeMessageSize(field, message);
            return caller == null
                    ? size
                    : size + CodedOutputStream.computeMessageSize(LogCommand.CALLER_FIELD_NUMBER, caller);
        }

        void writeTo(CodedOutputStream out) throws IOException {
            if (caller != null) {
                out.writeMessage(LogCommand.CALLER_FIELD_NUMBER, caller);
            }
            out.writeMessage(field, message);
        }
    }

    private CommandCodec() {}

    /** Bytes that the command takes in the log, besides its share of the entry. */
    public static int sizeOf(Command command) {
        return payloadOf(command).size();
    }

    public static byte[] encode(long memberId, long sequence, List<Command> commands) {
        List<Payload> payloads = new ArrayList<>(commands.size());
        int size = ENTRY_HEADER_BYTES;
        for (Command command : commands) {
            Payload payload = payloadOf(command);
            payloads.add(payload);
            int commandSize = payload.size();
            size += 1 + CodedOutputStream.computeUInt32SizeNoTag(commandSize) + commandSize;
        }
        byte[] entry = new byte[size];
        CodedOutputStream out = CodedOutputStream.newInstance(entry);
        try {
            out.writeFixed64(LogEntry.MEMBER_ID_FIELD_NUMBER, memberId);
            out.writeFixed64(LogEntry.SEQUENCE_FIELD_NUMBER, sequence);
            for (Payload payload : payloads) {
                out.writeUInt32NoTag(COMMAND_TAG);
                out.writeUInt32NoTag(payload.size());
                payload.writeTo(out);
            }
            out.writeUInt32(LogEntry.FORMAT_FIELD_NUMBER, FORMAT);
            out.checkNoSpaceLeft();
        } catch (IOException sizeIsComputed) {
            throw new UncheckedIOException(sizeIsComputed);
        }
        return entry;
    }

    /**
     * Reads an entry.
     *
     * @throws UnreadableEntryException if there is anything in it that this release does not know
     */
    public static EntryCommands decode(ByteBuffer entry) {
        LogEntry parsed = parse(entry);
        if (parsed.getFormat() != FORMAT || !parsed.getUnknownFields().isEmpty()) {
            throw new UnreadableEntryException(
                    "a log entry of format %d; this release reads format %d".formatted(parsed.getFormat(), FORMAT));
        }
        List<Command> commands = new ArrayList<>(parsed.getCommandsCount());
        for (LogCommand command : parsed.getCommandsList()) {
            commands.add(commandOf(command));
        }
        return new EntryCommands(parsed.getMemberId(), parsed.getSequence(), commands);
    }

    /**
     * Who took the commands of an entry, and the number of the first, without reading more of it; null if it does not begin as
     * entries do that {@link #encode} makes.
     */
    public static @Nullable EntryOrigin originOf(ByteBuffer entry) {
        int at = entry.position();
        if (entry.remaining() < ORIGIN_BYTES || entry.get(at) != MEMBER_ID_TAG || entry.get(at + 9) != SEQUENCE_TAG) {
            return null;
        }
        ByteBuffer numbers = entry.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        return new EntryOrigin(numbers.getLong(at + 1), numbers.getLong(at + 10));
    }

    private static LogEntry parse(ByteBuffer entry) {
        CodedInputStream in = CodedInputStream.newInstance(entry.duplicate());
        in.setRecursionLimit(TxnChecks.MAX_MESSAGE_DEPTH);
        try {
            return LogEntry.parseFrom(in);
        } catch (IOException damaged) {
            throw new UnreadableEntryException(
                    "a log entry of %d bytes is no entry".formatted(entry.remaining()), damaged);
        }
    }

    private static Payload payloadOf(Command command) {
        if (command instanceof Command.Put put) {
            return new Payload(LogCommand.PUT_FIELD_NUMBER, put.request());
        }
        if (command instanceof Command.Txn txn) {
            return new Payload(LogCommand.TXN_FIELD_NUMBER, txn.request());
        }
        if (command instanceof Command.DeleteRange delete) {
            return new Payload(LogCommand.DELETE_RANGE_FIELD_NUMBER, delete.request());
        }
        if (command instanceof Command.Compact compact) {
            return new Payload(LogCommand.COMPACTION_FIELD_NUMBER, compact.request());
        }
        if (command instanceof Command.LeaseGrant grant) {
            return new Payload(LogCommand.LEASE_GRANT_FIELD_NUMBER, grant.request());
        }
        if (command instanceof Command.LeaseRevoke revoke) {
            return new Payload(LogCommand.LEASE_REVOKE_FIELD_NUMBER, revoke.request());
        }
        if (command instanceof Command.LeaseCheckpoint checkpoint) {
            return new Payload(LogCommand.LEASE_CHECKPOINT_FIELD_NUMBER, checkpoint.request());
        }
        if (command instanceof Command.RevokeExpired expired) {
            return new Payload(
                    LogCommand.REVOKE_EXPIRED_FIELD_NUMBER,
                    io.metastore.api.log.RevokeExpired.newBuilder()
                            .addAllIds(expired.ids())
                            .setTerm(expired.term())
                            .build());
        }
        if (command instanceof Command.Alarm alarm) {
            return new Payload(LogCommand.ALARM_FIELD_NUMBER, alarm.request());
        }
        if (command instanceof Command.SetClusterVersion set) {
            return new Payload(
                    LogCommand.SET_CLUSTER_VERSION_FIELD_NUMBER,
                    io.metastore.api.log.SetClusterVersion.newBuilder()
                            .setVersion(set.version())
                            .build());
        }
        if (command instanceof Command.SetDowngrade set) {
            return new Payload(
                    LogCommand.SET_DOWNGRADE_FIELD_NUMBER,
                    io.metastore.api.log.SetDowngrade.newBuilder()
                            .setTarget(set.target().map(ClusterVersion::full).orElse(""))
                            .build());
        }
        if (command instanceof Command.Asked asked) {
            Payload payload = payloadOf(asked.command());
            return new Payload(payload.field, payload.message, callerOf(asked.caller()));
        }
        if (command instanceof Command.ChangeAuth auth) {
            return new Payload(AuthChangeCodec.fieldOf(auth.change()), AuthChangeCodec.messageOf(auth.change()));
        }
        if (command instanceof Command.LogIn login) {
            return new Payload(
                    LogCommand.LOG_IN_FIELD_NUMBER,
                    io.metastore.api.log.LogIn.newBuilder()
                            .setUser(login.user())
                            .setToken(login.token())
                            .build());
        }
        if (command instanceof Command.NoOp) {
            return new Payload(LogCommand.NO_OP_FIELD_NUMBER, io.metastore.api.log.NoOp.getDefaultInstance());
        }
        int memberChange = MemberChangeCodec.fieldOf(command);
        if (memberChange != 0) {
            return new Payload(memberChange, MemberChangeCodec.messageOf(command));
        }
        throw new AssertionError("no place in the log for " + command.getClass());
    }

    private static io.metastore.api.log.Caller callerOf(Caller caller) {
        return io.metastore.api.log.Caller.newBuilder()
                .setUser(caller.user())
                .setAuthRevision(caller.revision())
                .build();
    }

    private static Command commandOf(LogCommand command) {
        Command what = plainCommandOf(command);
        return command.hasCaller()
                ? new Command.Asked(
                        new Caller(
                                command.getCaller().getUser(),
                                command.getCaller().getAuthRevision()),
                        what)
                : what;
    }

    private static Command plainCommandOf(LogCommand command) {
        boolean known = command.getUnknownFields().isEmpty()
                && command.getRevokeExpired().getUnknownFields().isEmpty()
                && command.getSetClusterVersion().getUnknownFields().isEmpty()
                && command.getSetDowngrade().getUnknownFields().isEmpty()
                && command.getLogIn().getUnknownFields().isEmpty()
                && MemberChangeCodec.isKnown(command)
                && command.getCaller().getUnknownFields().isEmpty();
        if (!known) {
            throw unknown(command);
        }
        return switch (command.getCommandCase()) {
            case PUT -> new Command.Put(command.getPut());
            case DELETE_RANGE -> new Command.DeleteRange(command.getDeleteRange());
            case TXN -> new Command.Txn(command.getTxn());
            case COMPACTION -> new Command.Compact(command.getCompaction());
            case LEASE_GRANT -> new Command.LeaseGrant(command.getLeaseGrant());
            case LEASE_REVOKE -> new Command.LeaseRevoke(command.getLeaseRevoke());
            case LEASE_CHECKPOINT -> new Command.LeaseCheckpoint(command.getLeaseCheckpoint());
            case REVOKE_EXPIRED ->
                new Command.RevokeExpired(
                        command.getRevokeExpired().getIdsList(),
                        command.getRevokeExpired().getTerm());
            case ALARM -> new Command.Alarm(command.getAlarm());
            case PUBLISH_MEMBER,
                    FOUND_CLUSTER,
                    ADD_MEMBER,
                    REMOVE_MEMBER,
                    UPDATE_MEMBER,
                    PROMOTE_MEMBER,
                    KEEP_ONLY_MEMBER -> Objects.requireNonNull(MemberChangeCodec.commandOf(command));
            case SET_CLUSTER_VERSION ->
                new Command.SetClusterVersion(command.getSetClusterVersion().getVersion());
            case SET_DOWNGRADE ->
                new Command.SetDowngrade(
                        ClusterVersion.parse(command.getSetDowngrade().getTarget()));
            case NO_OP -> new Command.NoOp();
            case LOG_IN ->
                new Command.LogIn(
                        command.getLogIn().getUser(), command.getLogIn().getToken());
            case AUTH_ENABLE,
                    AUTH_DISABLE,
                    AUTH_USER_ADD,
                    AUTH_USER_DELETE,
                    AUTH_USER_CHANGE_PASSWORD,
                    AUTH_USER_GRANT_ROLE,
                    AUTH_USER_REVOKE_ROLE,
                    AUTH_ROLE_ADD,
                    AUTH_ROLE_DELETE,
                    AUTH_ROLE_GRANT_PERMISSION,
                    AUTH_ROLE_REVOKE_PERMISSION -> new Command.ChangeAuth(AuthChangeCodec.changeOf(command));
            case COMMAND_NOT_SET -> throw unknown(command);
        };
    }

    private static UnreadableEntryException unknown(LogCommand command) {
        return new UnreadableEntryException("a command this release does not know: fields %s beside %s"
                .formatted(command.getUnknownFields().asMap().keySet(), command.getCommandCase()));
    }
}
