package io.metastore.server.process.faults;

import io.metastore.server.process.LoopDisk;
import io.metastore.server.process.ProcessCluster;
import io.metastore.server.process.ProcessMember;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What each member has of its own as far as the faults of a round need it: a disk, what it is told by the system. */
final class MemberMachines implements AutoCloseable {

    private final List<LoopDisk> disks = new ArrayList<>();
    private final List<Preload> preloads = new ArrayList<>();

    /** Before the members are made: their data directories m1, m2 and so on may become disks. */
    static MemberMachines make(Path directory, int members, List<FaultStep> schedule) {
        MemberMachines machines = new MemberMachines();
        try {
            Files.createDirectories(directory);
            for (int i = 1; Means.DISKS.areNeededFor(schedule) && i <= members; i++) {
                machines.disks.add(
                        LoopDisk.create(directory.resolve("m%d.img".formatted(i)), directory.resolve("m" + i)));
            }
            if (Means.PRELOAD.areNeededFor(schedule)) {
                Path library = Preload.compile(directory);
                for (int i = 1; i <= members; i++) {
                    machines.preloads.add(Preload.of(library, directory.resolve("m%d.faults".formatted(i))));
                }
            }
            return machines;
        } catch (IOException e) {
            machines.close();
            throw new UncheckedIOException(e);
        }
    }

    /** Before the members are started. */
    void equip(ProcessCluster cluster) {
        for (int i = 0; i < preloads.size(); i++) {
            ProcessMember member = cluster.member(i);
            member.runBy(preloads.get(i).in(member.program()));
        }
    }

    /** One for each member, or none. */
    List<LoopDisk> disks() {
        return disks;
    }

    /** One for each member, or none. */
    List<Preload> preloads() {
        return preloads;
    }

    /** When the members are gone. */
    @Override
    public void close() {
        disks.forEach(LoopDisk::close);
    }
}
