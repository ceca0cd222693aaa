package io.metastore.raft;

import static io.metastore.raft.LocalGroup.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.RpcFactoryHelper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What must not be there: after a member has stopped, and on the class path. */
@Timeout(60)
class RaftLeftoversTest {

    /** Threads that jraft shares among all members of the JVM: they end by themselves within a minute. */
    private static final List<String> SHARED =
            List.of("JRaft-Group-Default-Executor", "JRaft-Internal-Closure-Executor", "JRaft-Rpc-Closure-Executor");

    @TempDir
    Path dir;

    private static List<String> threadsBesides(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive())
                .map(Thread::getName)
                .filter(name -> SHARED.stream().noneMatch(name::startsWith))
                .toList();
    }

    private List<Path> openFiles() throws IOException {
        try (Stream<Path> handles = Files.list(Path.of("/proc/self/fd"))) {
            return handles.map(handle -> {
                        try {
                            return Files.readSymbolicLink(handle);
                        } catch (IOException e) {
                            return handle; // the handle of this very listing
                        }
                    })
                    .filter(target -> target.startsWith(dir))
                    .toList();
        }
    }

    @Test
    void aStoppedGroupLeavesNoThreadAndNoOpenFile() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        LocalGroup group = new LocalGroup(dir, 3).startAll();
        group.addMany(1000);
        for (RaftNode node : group.running().values()) {
            node.snapshotNow().get();
        }
        assertThat(group.read(group.awaitFollower()).get()).isGreaterThanOrEqualTo(1000);
        group.close();
        eventually("no thread: " + threadsBesides(before), () -> threadsBesides(before)
                .isEmpty());
        assertThat(openFiles()).isEmpty();
    }

    @Test
    @Tag("slow")
    @Timeout(120)
    void sharedThreadsEndWithinAMinuteOrSo() throws Exception {
        try (LocalGroup group = new LocalGroup(dir, 3).startAll()) {
            group.addMany(1000);
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (hasSharedThreads() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        assertThat(hasSharedThreads()).isFalse();
    }

    private static boolean hasSharedThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> SHARED.stream().anyMatch(thread.getName()::startsWith));
    }

    @Test
    void aMemberThatDoesNotStartLeavesNothingEither() throws Exception {
        LocalGroup group = new LocalGroup(dir, 1).startAll();
        group.addMany(10);
        group.stop(1);
        Files.writeString(group.dirOf(1).resolve("meta").resolve("vote"), "x");
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        assertThatThrownBy(() -> group.start(1)).isInstanceOf(RaftStartException.class);
        eventually("no thread: " + threadsBesides(before), () -> threadsBesides(before)
                .isEmpty());
        assertThat(openFiles()).isEmpty();
    }

    @Test
    void membersCallEachOtherThroughTheirTransportOnly() {
        assertThat(RpcFactoryHelper.rpcFactory()).isInstanceOf(TransportRpcFactory.class);
        assertThatThrownBy(() -> RpcFactoryHelper.rpcFactory().createRpcServer(new Endpoint("localhost", 1)))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void nothingOnTheClassPathReadsJavaObjectsFromPeers() {
        for (String name : List.of("com.caucho.hessian.io.HessianInput", "com.caucho.hessian.io.Hessian2Input")) {
            assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
        }
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            assertThat(Path.of(entry).getFileName().toString())
                    .doesNotContain("hessian")
                    .doesNotContain("netty-all");
        }
    }
}
