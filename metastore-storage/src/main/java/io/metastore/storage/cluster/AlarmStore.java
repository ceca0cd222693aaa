package io.metastore.storage.cluster;

import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmType;
import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.EngineReader;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The alarms that members have raised and nobody has disarmed. The apply thread changes it and sees its changes at once,
 * as an alarm holds for the very next command; others see them when the batch is in the engine.
 */
public final class AlarmStore {
    private static final byte[] NOTHING = {};

    /** One member's alarm of one type; the number also of a type that this release has no name for. */
    private record Alarm(int type, long memberId) {
        private static final Comparator<Alarm> ORDER =
                Comparator.comparingInt(Alarm::type).thenComparing(Alarm::memberId, Long::compareUnsigned);

        byte[] encode() {
            return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                    .putInt(type)
                    .putLong(memberId)
                    .array();
        }

        static Alarm decode(byte[] key) {
            ByteBuffer bytes = ByteBuffer.wrap(key);
            return new Alarm(bytes.getInt(), bytes.getLong());
        }

        AlarmMember toProto() {
            return AlarmMember.newBuilder()
                    .setMemberID(memberId)
                    .setAlarmValue(type)
                    .build();
        }
    }

    private final EngineReader engine;

    // Owned by the apply thread: with what the open batch has changed.
    private final NavigableSet<Alarm> alarms = new TreeSet<>(Alarm.ORDER);
    private boolean changed;

    // Written by the apply thread, read by all.
    private volatile List<AlarmMember> published = List.of();

    public AlarmStore(EngineReader engine) {
        this.engine = engine;
        reload();
    }

    /** The alarms of a type, of all types for NONE; none of a type that nobody knows. */
    public List<AlarmMember> active(AlarmType type) {
        return type == AlarmType.UNRECOGNIZED ? List.of() : ofType(published, type.getNumber());
    }

    /** Whether anything is wrong. */
    public boolean anyActive() {
        return !published.isEmpty();
    }

    /** Apply thread: like {@link #active}, with what the open batch has changed. */
    public List<AlarmMember> activeNow(int type) {
        return ofType(alarms.stream().map(Alarm::toProto).toList(), type);
    }

    /** Apply thread: whether all is well, the open batch included. */
    public boolean noneActiveNow() {
        return alarms.isEmpty();
    }

    /** Apply thread: whether any member has raised it, the open batch included. */
    public boolean isActiveNow(AlarmType type) {
        for (Alarm alarm : alarms) {
            if (alarm.type == type.getNumber()) {
                return true;
            }
        }
        return false;
    }

    /** Apply thread. */
    public void activate(EngineBatch batch, long memberId, int type) {
        Alarm alarm = new Alarm(type, memberId);
        if (alarms.add(alarm)) {
            batch.put(Bucket.ALARM, alarm.encode(), NOTHING);
            changed = true;
        }
    }

    /** Apply thread: tells whether it was active. */
    public boolean deactivate(EngineBatch batch, long memberId, int type) {
        Alarm alarm = new Alarm(type, memberId);
        if (!alarms.remove(alarm)) {
            return false;
        }
        batch.delete(Bucket.ALARM, alarm.encode());
        changed = true;
        return true;
    }

    /** Apply thread: the batch is in the engine, so others may see what it changed. */
    public void publish() {
        if (changed) {
            published = alarms.stream().map(Alarm::toProto).toList();
            changed = false;
        }
    }

    /** Apply thread: takes everything from the engine anew. */
    public void reload() {
        alarms.clear();
        try (Cursor cursor = engine.cursor(Bucket.ALARM, null, null)) {
            while (cursor.next()) {
                alarms.add(Alarm.decode(cursor.key()));
            }
        }
        changed = true;
        publish();
    }

    private static List<AlarmMember> ofType(List<AlarmMember> alarms, int type) {
        if (type == AlarmType.NONE_VALUE) {
            return alarms;
        }
        return alarms.stream().filter(alarm -> alarm.getAlarmValue() == type).toList();
    }
}
