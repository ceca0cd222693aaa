package io.metastore.server.process.faults;

import io.grpc.ManagedChannel;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.HashKVResponse;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseLeasesRequest;
import io.metastore.api.rpc.LeaseStatus;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.ProcessCluster;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A new cluster of three, load, a schedule of faults, rest, and the checks of all that was seen. */
final class FaultRound {

    private static final int MEMBERS = 3;
    private static final Duration CONVERGENCE_BOUND = Duration.ofSeconds(30);

    /** Of the search for the order of one register's calls. */
    private static final Duration SEARCH_BOUND = Duration.ofSeconds(10);

    private final Program program;
    private final Path directory;
    private final long seed;
    private final List<FaultStep> schedule;
    private final FaultReport report;

    FaultRound(Program program, Path directory, long seed, int steps, FaultReport report) {
        this.program = program;
        this.directory = directory;
        this.seed = seed;
        this.schedule = FaultStep.schedule(seed, steps);
        this.report = report;
    }

    /** Adds all that it does and finds to the report. */
    void run() {
        report.addRound();
        try (PeerNetwork network = new PeerNetwork();
                ProcessCluster cluster = new ProcessCluster(program, directory, MEMBERS, network::proxyOf)) {
            cluster.start();
            try (ClusterLoad load = new ClusterLoad(cluster, seed)) {
                load.start();
                Nemesis nemesis = new Nemesis(cluster, network, load);
                for (FaultStep step : schedule) {
                    String effect = nemesis.run(step);
                    report.addInjection(step.kind(), effect);
                    System.out.printf("%s: %s%n", step, effect);
                }
                load.stop();
                report.addViolations(nemesis.violations());
                check(load);
            }
        }
    }

    private void check(ClusterLoad load) {
        awaitEndOfLeases(load);
        long revision = awaitAgreement(load);
        for (ResumingWatch watch : load.watches()) {
            watch.awaitRevision(revision, CONVERGENCE_BOUND);
        }
        List<WatchRecord> records = new ArrayList<>();
        load.watches().forEach(watch -> records.addAll(watch.records(revision)));
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

        for (int member = 0; member < MEMBERS; member++) {
            report.addViolations(
                    new StateComparison("member " + member, load.channel(member), log).compare(Workload.leases()));
        }
        report.addChecks("states compared", MEMBERS);
    }

    /** All leases that nobody keeps alive any more, which are all but those granted for ever. */
    private void awaitEndOfLeases(ClusterLoad load) {
        List<List<Long>> left = new ArrayList<>();
        boolean ended = Eventually.holds(CONVERGENCE_BOUND, () -> {
            left.clear();
            for (int member = 0; member < MEMBERS; member++) {
                left.add(leases(load.channel(member)));
            }
            return left.stream().allMatch(Workload.leases()::equals);
        });
        if (!ended) {
            report.addViolations(List.of(new Violation(Rule.LEASE_ENDS, "leases that the members have left: " + left)));
        }
    }

    private static List<Long> leases(ManagedChannel channel) {
        channel.resetConnectBackoff();
        return LeaseGrpc.newBlockingStub(channel)
                .withDeadlineAfter(5, TimeUnit.SECONDS)
                .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                .getLeasesList()
                .stream()
                .map(LeaseStatus::getID)
                .sorted()
                .toList();
    }

    /** When the first of the watches was told of each revision. */
    private static Map<Long, Long> arrivals(ClusterLoad load) {
        Map<Long, Long> first = new HashMap<>();
        for (ResumingWatch watch : load.watches()) {
            watch.arrivals().forEach((revision, nanos) -> first.merge(revision, nanos, Math::min));
        }
        return first;
    }

    /** Waits until all members have the same hash of the same revision, and answers the revision. */
    private long awaitAgreement(ClusterLoad load) {
        List<String> last = new ArrayList<>();
        long[] revision = new long[1];
        boolean agree = Eventually.holds(CONVERGENCE_BOUND, () -> {
            last.clear();
            for (int member = 0; member < MEMBERS; member++) {
                HashKVResponse hash = hash(load.channel(member));
                revision[0] = hash.getHashRevision();
                last.add("%d at %d, compacted %d"
                        .formatted(hash.getHash(), hash.getHashRevision(), hash.getCompactRevision()));
            }
            return last.stream().distinct().count() == 1;
        });
        if (!agree) {
            report.addViolations(List.of(new Violation(Rule.MEMBERS_AGREE, "hashes of the members: " + last)));
        }
        return revision[0];
    }

    private static HashKVResponse hash(ManagedChannel channel) {
        channel.resetConnectBackoff();
        return MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(5, TimeUnit.SECONDS)
                .hashKV(HashKVRequest.getDefaultInstance());
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
