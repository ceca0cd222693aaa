package io.metastore.storage.auth;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.Role;
import io.metastore.api.rpc.User;
import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.EngineException;
import io.metastore.storage.engine.EngineReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The replicated part of auth. The apply thread changes it and checks each command against what the commands before it
 * have made of it; others see it when the batch is in the engine.
 *
 * <p>On disk, in the {@code auth} family: 0 → enabled (1) revision (8); 1 name → User; 2 name → Role.
 */
public final class AuthStore {
    private static final byte[] SETTINGS = {0};
    private static final byte USER = 1;
    private static final byte ROLE = 2;
    private static final int SETTINGS_BYTES = 1 + Long.BYTES;

    private final EngineReader engine;
    private final List<AuthListener> listeners = new CopyOnWriteArrayList<>();

    // Owned by the apply thread: with what the open batch has changed.
    private AuthState now = AuthState.INITIAL;

    // Written by the apply thread, read by all.
    private volatile AuthState published = AuthState.INITIAL;

    public AuthStore(EngineReader engine) {
        this.engine = engine;
        reload();
    }

    /** What everyone can see; one volatile read. */
    public AuthState state() {
        return published;
    }

    /** Apply thread: with what the open batch has changed. */
    public AuthState stateNow() {
        return now;
    }

    public void addListener(AuthListener listener) {
        listeners.add(listener);
    }

    /** Apply thread: null if it is done, else why it is not, and then nothing has changed. */
    public @Nullable EtcdError apply(EngineBatch batch, AuthChange change) {
        AuthEdit edit = new AuthEdit(now);
        EtcdError refusal = change.applyTo(edit);
        if (refusal != null || !edit.isChanged()) {
            return refusal;
        }
        edit.users().forEach((name, user) -> write(batch, USER, name, user == null ? null : user.toByteArray()));
        edit.roles().forEach((name, role) -> write(batch, ROLE, name, role == null ? null : role.toByteArray()));
        now = edit.result();
        writeSettings(batch, now.enabled(), now.revision());
        edit.loggedOut().forEach(user -> listeners.forEach(listener -> listener.loggedOut(user)));
        if (edit.allLoggedOut()) {
            listeners.forEach(AuthListener::allLoggedOut);
        }
        return null;
    }

    /** Apply thread: a user whose password was right gets its token, if it still is one. Null if so. */
    public @Nullable EtcdError logIn(String name, String token, long index) {
        if (!now.enabled()) {
            return EtcdError.AUTH_NOT_ENABLED;
        }
        User user = now.users().get(name);
        if (user == null || user.getOptions().getNoPassword()) {
            return EtcdError.AUTH_FAILED;
        }
        listeners.forEach(listener -> listener.loggedIn(name, token, index));
        return null;
    }

    /** Puts users, roles and settings into an empty family, as another cluster had them; nobody sees them before {@link #reload}. */
    public static void restore(
            EngineBatch batch, boolean enabled, long revision, Map<String, User> users, Map<String, Role> roles) {
        users.forEach((name, user) -> batch.put(Bucket.AUTH, keyOf(USER, name), user.toByteArray()));
        roles.forEach((name, role) -> batch.put(Bucket.AUTH, keyOf(ROLE, name), role.toByteArray()));
        writeSettings(batch, enabled, revision);
    }

    private void write(EngineBatch batch, byte kind, String name, byte @Nullable [] value) {
        byte[] key = keyOf(kind, name);
        if (value == null) {
            batch.delete(Bucket.AUTH, key);
        } else {
            batch.put(Bucket.AUTH, key, value);
        }
    }

    private static void writeSettings(EngineBatch batch, boolean enabled, long revision) {
        batch.put(
                Bucket.AUTH,
                SETTINGS,
                ByteBuffer.allocate(SETTINGS_BYTES)
                        .put((byte) (enabled ? 1 : 0))
                        .putLong(revision)
                        .array());
    }

    private static byte[] keyOf(byte kind, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + bytes.length).put(kind).put(bytes).array();
    }

    /** Apply thread: the batch is in the engine, so others may see what it changed. */
    public void publish() {
        if (published != now) {
            published = now;
            listeners.forEach(listener -> listener.published(now));
        }
    }

    /** Apply thread: takes everything from the engine anew. Who was logged in has to log in again: much may have passed. */
    public void reload() {
        boolean enabled = false;
        long revision = AuthState.INITIAL.revision();
        SortedMap<String, User> users = new TreeMap<>(Names.ORDER);
        SortedMap<String, Role> roles = new TreeMap<>(Names.ORDER);
        try (Cursor cursor = engine.cursor(Bucket.AUTH, null, null)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                byte[] value = cursor.value();
                String name = new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
                switch (key[0]) {
                    case 0 -> {
                        ByteBuffer settings = ByteBuffer.wrap(value);
                        enabled = settings.get() != 0;
                        revision = settings.getLong();
                    }
                    case USER -> users.put(name, User.parseFrom(value));
                    case ROLE -> roles.put(name, Role.parseFrom(value));
                    default -> throw new EngineException("unknown record of kind " + key[0] + " in the auth family");
                }
            }
        } catch (InvalidProtocolBufferException damaged) {
            throw new EngineException("a record of the auth family is none", damaged);
        }
        now = new AuthState(enabled, revision, users, roles);
        listeners.forEach(AuthListener::allLoggedOut);
        publish();
    }
}
