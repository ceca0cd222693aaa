package io.metastore.server.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A member's directory, held by one process at a time.
 *
 * <pre>
 * member/lock        locked while a process serves from here
 * member/identity    who this is: cluster id, member id, format
 * member/state/      the state database
 * member/raft/       log/, meta/, snapshot/
 * </pre>
 */
public final class DataDirectory implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path member;
    private final FileChannel lockFile;
    private final FileLock lock;

    private DataDirectory(Path member, FileChannel lockFile, FileLock lock) {
        this.member = member;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Makes the directory where it is missing, closes it to others, and locks it.
     *
     * @throws StartException if another process holds it, it is an etcd's, or it cannot be made ours alone
     */
    public static DataDirectory open(Path directory) throws StartException {
        Path member = directory.resolve("member");
        if (Files.exists(member.resolve("wal")) || Files.exists(member.resolve("snap"))) {
            // Starting empty beside it would look like the loss of everything.
            throw new StartException(
                    "data directory %s holds the data of an etcd: restore a snapshot of it with metastore snapshot restore"
                            .formatted(directory));
        }
        try {
            Files.createDirectories(directory);
            requireOwnerOnly(directory);
            Files.createDirectories(member);
            requireOwnerOnly(member);
            FileChannel lockFile =
                    FileChannel.open(member.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(lockFile);
            if (lock == null) {
                lockFile.close();
                throw new StartException("data directory %s is in use by another process".formatted(directory));
            }
            return new DataDirectory(member, lockFile, lock);
        } catch (IOException failure) {
            throw new StartException("cannot use data directory %s: %s".formatted(directory, failure), failure);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static void requireOwnerOnly(Path directory) throws IOException {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        Set<PosixFilePermission> mode = EnumSet.copyOf(Files.getPosixFilePermissions(directory));
        if (!OWNER_ONLY.containsAll(mode)) {
            Files.setPosixFilePermissions(directory, OWNER_ONLY);
        }
    }

    public Path state() {
        return member.resolve("state");
    }

    public Path raft() {
        return member.resolve("raft");
    }

    Path identityFile() {
        return member.resolve("identity");
    }

    Path root() {
        return member;
    }

    /** Has a member ever started here? */
    public boolean isFounded() {
        return Files.exists(identityFile());
    }

    @Override
    public void close() throws IOException {
        lock.release();
        lockFile.close();
    }
}
