package io.metastore.server.process.faults;

import io.metastore.server.process.FreePorts;
import io.metastore.server.process.ProcessMember;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * All links between members: a proxy stands before each member's peer listener, the members advertise the proxies. Members
 * are known by their number, in the order in which {@link #proxyOf} met them.
 */
final class PeerNetwork implements AutoCloseable {

    private final List<ProcessMember> members = new ArrayList<>();
    private final List<PeerProxy> proxies = new ArrayList<>();
    private final Map<Long, Link> links = new HashMap<>();

    /** Puts a proxy before the member, and answers its port. */
    synchronized int proxyOf(ProcessMember member) {
        int port = FreePorts.next();
        try {
            proxies.add(new PeerProxy(this, members.size(), port, member.peerPort()));
        } catch (IOException e) {
            throw new AssertionError("no proxy before " + member.memberName(), e);
        }
        members.add(member);
        return port;
    }

    synchronized Link link(int from, int to) {
        return links.computeIfAbsent(from * 1_000L + to, key -> new Link(from, to));
    }

    /** The links that leave the member. */
    List<Link> outOf(int member) {
        return others(member).stream().map(other -> link(member, other)).toList();
    }

    /** The links that reach the member. */
    List<Link> into(int member) {
        return others(member).stream().map(other -> link(other, member)).toList();
    }

    List<Link> all() {
        List<Link> all = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            all.addAll(outOf(i));
        }
        return all;
    }

    /** Puts links into a state; those that are cut lose their connections. */
    void set(Collection<Link> changed, Link.State state, Duration delay) {
        changed.forEach(link -> link.become(state, delay));
        if (state == Link.State.CUT) {
            proxies.forEach(proxy -> proxy.reset(changed));
        }
    }

    void heal() {
        set(all(), Link.State.OPEN, Duration.ZERO);
    }

    /** The number of the member that called from this port to that one. */
    OptionalInt callerFrom(int localPort, int remotePort) throws IOException {
        List<Long> running = members.stream()
                .filter(ProcessMember::isAlive)
                .map(ProcessMember::pid)
                .toList();
        OptionalLong owner = SocketOwner.of(localPort, remotePort, running);
        for (int i = 0; owner.isPresent() && i < members.size(); i++) {
            if (members.get(i).isAlive() && members.get(i).pid() == owner.getAsLong()) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    @Override
    public void close() {
        heal();
        proxies.forEach(PeerProxy::close);
    }

    private List<Integer> others(int member) {
        List<Integer> others = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            if (i != member) {
                others.add(i);
            }
        }
        return others;
    }
}
