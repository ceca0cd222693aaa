package io.metastore.testing;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.data.StartException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Runs a member for the tests of a class, or for each test, in the JVM of the tests:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final MetaStoreExtension METASTORE = MetaStoreExtension.builder().option(Flag.MAX_TXN_OPS, "1024").build();
 * }</pre>
 *
 * <p>In a static field (or by {@link MetaStoreTest}) the member serves all tests of the class and is emptied before each: it
 * has no keys, leases and users then, and its revisions go on. In an instance field each test has a member of its own.
 * Tests may take {@link MetaStoreServer}, {@link ManagedChannel} or {@link Channel}, {@link URI} (where clients connect to)
 * and this extension as parameters. The channel is the extension's: tests do not close it.
 *
 * <p>Nothing is left when the tests are over: no thread, no port, no file. Used by one thread; several extensions do not
 * meet, so that test classes may run in parallel.
 */
public final class MetaStoreExtension
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final Set<Class<?>> PARAMETERS =
            Set.of(MetaStoreServer.class, ManagedChannel.class, Channel.class, URI.class, MetaStoreExtension.class);

    private final StorageEngine engine;
    private final Map<Flag, String> options;
    private final boolean wiped;
    private @Nullable RunningTestMember member;
    private boolean ofTheClass;

    /** For {@code @ExtendWith}: everything as {@link #builder} has it at first. */
    public MetaStoreExtension() {
        this(builder());
    }

    private MetaStoreExtension(Builder builder) {
        this.engine = builder.engine;
        this.options = new EnumMap<>(builder.options);
        this.wiped = builder.wiped;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Sets what shall be different. */
    public static final class Builder {
        private StorageEngine engine = StorageEngine.MEMORY;
        private final Map<Flag, String> options = new EnumMap<>(Flag.class);
        private boolean wiped = true;

        private Builder() {
            // What a test writes is not worth waiting for a disk.
            options.put(Flag.UNSAFE_NO_FSYNC, "true");
        }

        /** Where the state lives: in memory unless this says otherwise. */
        public Builder engine(StorageEngine kind) {
            this.engine = kind;
            return this;
        }

        /** Any option of the server by its flag. */
        public Builder option(Flag flag, String value) {
            options.put(flag, value);
            return this;
        }

        /** Whether a member that serves several tests is emptied before each of them; so it is at first. */
        public Builder wipeBeforeEach(boolean wipe) {
            this.wiped = wipe;
            return this;
        }

        public MetaStoreExtension build() {
            return new MetaStoreExtension(this);
        }
    }

    /**
     * The member.
     *
     * @throws IllegalStateException outside of a test
     */
    public MetaStoreServer server() {
        return running().server();
    }

    /** A channel to the member that opens no socket; closed by this extension, and another one after {@link #restart}. */
    public ManagedChannel channel() {
        return running().channel();
    }

    /** Where clients connect to, such as {@code http://127.0.0.1:40123}; the same after {@link #restart}. */
    public List<URI> clientEndpoints() {
        return running().endpoints();
    }

    /** Stops the member as a crash would not, and starts it again on what it left on disk and on the same port. */
    public void restart() throws StartException {
        if (engine == StorageEngine.MEMORY) {
            throw new IllegalStateException("a state in memory does not outlive its member: use engine(ROCKSDB)");
        }
        running().restart();
    }

    /** Takes away all keys, leases, users and roles. Revisions go on; watches see the deletions. */
    public void wipe() {
        Wipe.of(channel());
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException, StartException {
        // A nested class is served by the member of the class around it.
        if (member == null) {
            ofTheClass = true;
            member = RunningTestMember.start(engine, options);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException, StartException {
        if (member == null) {
            member = RunningTestMember.start(engine, options);
        } else if (wiped) {
            wipe();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        if (!ofTheClass) {
            stop();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (ofTheClass && !isNested(context)) {
            stop();
        }
    }

    private static boolean isNested(ExtensionContext context) {
        return context.getTestClass().map(Class::getEnclosingClass).isPresent()
                && context.getParent().flatMap(ExtensionContext::getTestClass).isPresent();
    }

    private void stop() throws IOException {
        RunningTestMember stopped = member;
        member = null;
        if (stopped != null) {
            stopped.close();
        }
    }

    private RunningTestMember running() {
        if (member == null) {
            throw new IllegalStateException("there is a member only while tests run");
        }
        return member;
    }

    /** Where the member keeps its files; gone when the tests are over. */
    public Path dataDir() {
        return running().dataDir();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return PARAMETERS.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == MetaStoreServer.class) {
            return server();
        }
        if (type == URI.class) {
            return clientEndpoints().get(0);
        }
        return type == MetaStoreExtension.class ? this : channel();
    }
}
