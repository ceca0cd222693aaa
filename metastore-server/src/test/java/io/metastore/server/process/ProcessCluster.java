package io.metastore.server.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Several members of one cluster, each a process, on loopback. */
final class ProcessCluster implements AutoCloseable {

    private final List<ProcessMember> members = new ArrayList<>();

    ProcessCluster(Program program, Path directory, int size) {
        List<String> founders = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            ProcessMember member = new ProcessMember(program, directory.resolve("m" + i)).named("m" + i);
            members.add(member);
            founders.add("m%d=%s".formatted(i, member.peerUrl()));
        }
        members.forEach(member -> member.inCluster(String.join(",", founders), "new"));
    }

    /** Starts all, and waits until all serve. */
    ProcessCluster start() {
        members.forEach(ProcessMember::launch);
        members.forEach(ProcessMember::awaitReady);
        return this;
    }

    ProcessMember member(int index) {
        return members.get(index);
    }

    List<ProcessMember> members() {
        return List.copyOf(members);
    }

    String endpoints() {
        return String.join(",", members.stream().map(ProcessMember::endpoint).toList());
    }

    @Override
    public void close() {
        members.forEach(ProcessMember::close);
    }
}
