package io.metastore.server.process.faults;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.metastore.api.rpc.Event;
import io.metastore.server.process.ProcessCluster;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.Program;
import io.metastore.server.process.StateComparison;
import io.metastore.server.process.Workload;
import io.metastore.server.process.history.Call;
import io.metastore.server.process.history.EventLog;
import io.metastore.server.process.history.LeaseChecker;
import io.metastore.server.process.history.LeaseUse;
import io.metastore.server.process.history.RegisterHistories;
import io.metastore.server.process.history.RevisionChecker;
import io.metastore.server.process.history.Violation;
import io.metastore.server.process.history.Violation.Rule;
import io.metastore.server.process.history.WatchChecker;
import io.metastore.server.process.history.WatchRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A new cluster of three, load, a schedule of faults, rest, and the checks of all that was seen. */
final class FaultRound {

    private static final int MEMBERS = 3;

    /** Acknowledged before the first fault, and again after the last, however slow the machine is. */
    private static final long LEAST_WRITES = 100;

    /** Of the search for the order of one register's calls. */
    private static final Duration SEARCH_BOUND = Duration.ofSeconds(10);

    private final Program program;
    private final Path directory;
    private final Plan plan;
    private final FaultReport report;

    /** Members that are up; all, unless one has ended that nobody killed. */
    private final List<Integer> serving = new ArrayList<>(List.of(0, 1, 2));

    /**
     * What is to happen.
     *
     * @param seed of what clients do
     * @param leases whether some clients use leases, whose ends are then waited for
     * @param patience how long members may take, after the last fault, to agree and to end what has to end
     */
    record Plan(long seed, List<FaultStep> schedule, boolean leases, Duration patience) {

        Plan {
            schedule = List.copyOf(schedule);
        }
    }

    FaultRound(Program program, Path directory, Plan plan, FaultReport report) {
        this.program = program;
        this.directory = directory;
        this.plan = plan;
        this.report = report;
    }

    /** Adds all that it does and finds to the report. */
    void run() {
        report.addRound();
        try (PeerNetwork network = new PeerNetwork();
                MemberMachines machines = MemberMachines.make(directory, MEMBERS, plan.schedule());
                ProcessCluster cluster = new ProcessCluster(program, directory, MEMBERS, network::proxyOf)) {
            machines.equip(cluster);
            cluster.start();
            try (ClusterLoad load = new ClusterLoad(cluster, plan.seed(), plan.leases())) {
                load.start();
                load.awaitWrites(LEAST_WRITES, plan.patience());
                Nemesis nemesis = new Nemesis(new Scene(cluster, load), network, machines);
                boolean allServe = runSchedule(nemesis, cluster);
                if (allServe) {
                    load.awaitWrites(LEAST_WRITES, plan.patience());
                }
                load.stop();
                report.addViolations(nemesis.violations());
                check(load);
            }
        }
    }

    /** Ends where a member has ended that was not killed, or does not come back; false then. */
    private boolean runSchedule(Nemesis nemesis, ProcessCluster cluster) {
        for (FaultStep step : plan.schedule()) {
            try {
                String effect = nemesis.run(step);
                report.addInjection(step.kind(), effect);
                System.out.printf("%s: %s%n", step, effect);
            } catch (AssertionError failure) {
                if (findServing(cluster, step)) {
                    throw failure;
                }
                System.out.printf("%s: %s%n", step, failure.getMessage());
                return false;
            }
            if (!findServing(cluster, step)) {
                return false;
            }
        }
        return true;
    }

    /** Notes who does; true if all do. */
    private boolean findServing(ProcessCluster cluster, FaultStep after) {
        serving.clear();
        for (int i = 0; i < MEMBERS; i++) {
            ProcessMember member = cluster.member(i);
            if (member.isAlive()) {
                serving.add(i);
            } else {
                report.addViolations(List.of(new Violation(
                        Rule.MEMBER_STAYS_UP,
                        "%s: member %d has ended with exit code %d, see %s"
                                .formatted(after, i, member.exitCode(), member.dataDir()))));
            }
        }
        return serving.size() == MEMBERS;
    }

    private void check(ClusterLoad load) {
        Convergence convergence =
                new Convergence(serving.stream().map(load::channel).toList(), MEMBERS, plan.patience());
        convergence.awaitEndOfLeases();
        long revision = convergence.awaitHashes();
        convergence.awaitMemberLists();
        report.addViolations(convergence.violations());
        report.addChecks("member lists compared", serving.size());
        for (int member : serving) {
            ResumingWatch watch = load.watches().get(member);
            if (!watch.reaches(revision, plan.patience())) {
                report.addViolations(List.of(new Violation(
                        Rule.WATCH_IS_COMPLETE,
                        "told up to revision %d only, of %d".formatted(watch.lastRevision(), revision))));
            }
        }
        List<WatchRecord> records = new ArrayList<>();
        for (int member = 0; member < MEMBERS; member++) {
            records.addAll(load.watches().get(member).records(serving.contains(member) ? revision : 0));
        }
        EventLog log = merge(records);
        load.shortWatches().stream().map(watch -> watch.record(0)).forEach(records::add);
        report.addWatches(records);
        for (WatchRecord record : records) {
            report.addViolations(WatchChecker.check(record, log));
        }
        report.addChecks("watches checked", records.size());

        List<Call> calls = load.calls();
        report.addCalls(calls);
        List<LeaseUse> leases = load.leases();
        Set<Long> mortal = leases.stream().map(LeaseUse::id).collect(Collectors.toSet());
        report.addViolations(RevisionChecker.check(calls, log, mortal));
        report.addViolations(LeaseChecker.check(leases, log, arrivals(load)));
        report.addChecks("leases checked", leases.size());
        report.addChecks("calls checked by revision", calls.size());

        RegisterHistories registers = RegisterHistories.check(calls, log, RegisterWorkload.PREFIX, SEARCH_BOUND);
        report.addViolations(registers.violations());
        report.addChecks("registers searched", registers.searched());
        report.addChecks("calls on them", registers.calls());
        report.addChecks("searches undecided", registers.undecided());

        for (int member : serving) {
            report.addViolations(differences("member " + member, load.channel(member), log));
        }
        report.addChecks("states compared", serving.size());
    }

    private static List<Violation> differences(String member, ManagedChannel channel, EventLog log) {
        try {
            return new StateComparison(member, channel, log).compare(Workload.leases());
        } catch (StatusRuntimeException noAnswer) {
            return List.of(new Violation(Rule.SERVES_AFTER_HEALING, member + " does not tell its state: " + noAnswer));
        }
    }

    /** When the first of the watches was told of each revision. */
    private static Map<Long, Long> arrivals(ClusterLoad load) {
        Map<Long, Long> first = new HashMap<>();
        for (ResumingWatch watch : load.watches()) {
            watch.arrivals().forEach((revision, nanos) -> first.merge(revision, nanos, Math::min));
        }
        return first;
    }

    /** One log of what all watches of everything told; each of them is then compared with it. */
    private static EventLog merge(List<WatchRecord> records) {
        TreeMap<Long, List<Event>> merged = new TreeMap<>();
        for (WatchRecord record : records) {
            TreeMap<Long, List<Event>> told = new TreeMap<>();
            record.responses().stream()
                    .flatMap(response -> response.getEventsList().stream())
                    .forEach(
                            event -> told.computeIfAbsent(event.getKv().getModRevision(), revision -> new ArrayList<>())
                                    .add(event));
            told.forEach(merged::putIfAbsent);
        }
        EventLog log = new EventLog();
        merged.values().forEach(events -> events.forEach(log::add));
        return log;
    }
}
