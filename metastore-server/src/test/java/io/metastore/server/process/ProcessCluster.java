package io.metastore.server.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/** Several members of one cluster, each a process, on loopback. */
public final class ProcessCluster implements AutoCloseable {

    private final List<ProcessMember> members = new ArrayList<>();

    public ProcessCluster(Program program, Path directory, int size) {
        this(program, directory, size, ProcessMember::peerPort);
    }

    /** With another port to advertise to the other members, such as that of a proxy before the one listened on. */
    public ProcessCluster(Program program, Path directory, int size, ToIntFunction<ProcessMember> advertisedPort) {
        this(program, directory, size, (Consumer<ProcessMember>)
                member -> member.advertising(advertisedPort.applyAsInt(member)));
    }

    /** Whose members speak TLS with each other, as the program's flags say. */
    static ProcessCluster securedForPeers(Program program, Path directory, int size) {
        return new ProcessCluster(program, directory, size, (Consumer<ProcessMember>) ProcessMember::securedForPeers);
    }

    private ProcessCluster(Program program, Path directory, int size, Consumer<ProcessMember> prepare) {
        List<String> founders = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            ProcessMember member = new ProcessMember(program, directory.resolve("m" + i)).named("m" + i);
            prepare.accept(member);
            members.add(member);
            founders.add("m%d=%s".formatted(i, member.peerUrl()));
        }
        members.forEach(member -> member.inCluster(String.join(",", founders), "new"));
    }

    /** Starts all, and waits until all serve. */
    public ProcessCluster start() {
        members.forEach(ProcessMember::launch);
        members.forEach(ProcessMember::awaitReady);
        return this;
    }

    public ProcessMember member(int index) {
        return members.get(index);
    }

    public List<ProcessMember> members() {
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
