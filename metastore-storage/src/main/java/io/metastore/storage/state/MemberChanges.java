package io.metastore.storage.state;

import io.metastore.api.EtcdError;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.cluster.MemberStore;
import io.metastore.storage.mvcc.ResponseBody;
import io.metastore.storage.mvcc.WriteTxn;
import java.util.List;
import java.util.Optional;

/**
 * Changes of the member list, with the refusals that every member must reach alike (etcd: membership/cluster.go,
 * ValidateConfigurationChange). Apply thread.
 */
final class MemberChanges {
    private final WriteTxn keys;
    private final MemberStore members;

    MemberChanges(WriteTxn keys, MemberStore members) {
        this.keys = keys;
        this.members = members;
    }

    Outcome found(List<Member> founders) {
        if (members.membersNow().isEmpty()) {
            founders.forEach(founder -> members.put(keys.batch(), founder));
        }
        return done();
    }

    Outcome publish(Member said) {
        if (members.wasRemovedNow(said.id())) {
            return new Outcome.Rejected(EtcdError.MEMBER_NOT_FOUND);
        }
        Member published = members.findNow(said.id())
                .map(known -> known.started(said.name(), said.clientUrls()))
                .orElse(said);
        members.put(keys.batch(), published);
        return done();
    }

    Outcome add(Member added, int maxLearners) {
        if (members.findNow(added.id()).isPresent() || members.wasRemovedNow(added.id())) {
            return new Outcome.Rejected(EtcdError.MEMBER_EXIST);
        }
        if (isUsedByAnother(added.id(), added.peerUrls())) {
            return new Outcome.Rejected(EtcdError.PEER_URL_EXIST);
        }
        if (added.learner() && learners() >= maxLearners) {
            return new Outcome.Rejected(EtcdError.TOO_MANY_LEARNERS);
        }
        members.put(keys.batch(), added);
        return done();
    }

    Outcome remove(long id) {
        if (members.findNow(id).isEmpty()) {
            return new Outcome.Rejected(EtcdError.MEMBER_NOT_FOUND);
        }
        members.remove(keys.batch(), id);
        return done();
    }

    Outcome update(long id, List<String> peerUrls) {
        Optional<Member> known = members.findNow(id);
        if (known.isEmpty()) {
            return new Outcome.Rejected(EtcdError.MEMBER_NOT_FOUND);
        }
        if (isUsedByAnother(id, peerUrls)) {
            return new Outcome.Rejected(EtcdError.PEER_URL_EXIST);
        }
        members.put(keys.batch(), known.get().withPeerUrls(peerUrls));
        return done();
    }

    Outcome promote(long id) {
        Optional<Member> known = members.findNow(id);
        if (known.isEmpty()) {
            return new Outcome.Rejected(EtcdError.MEMBER_NOT_FOUND);
        }
        if (!known.get().learner()) {
            return new Outcome.Rejected(EtcdError.MEMBER_NOT_LEARNER);
        }
        members.put(keys.batch(), known.get().promoted());
        return done();
    }

    Outcome keepOnly(long id) {
        Optional<Member> kept = members.findNow(id);
        if (kept.isEmpty()) {
            return new Outcome.Rejected(EtcdError.MEMBER_NOT_FOUND);
        }
        List<Long> others = members.membersNow().stream()
                .map(Member::id)
                .filter(other -> other != id)
                .toList();
        others.forEach(other -> members.remove(keys.batch(), other));
        if (kept.get().learner()) {
            members.put(keys.batch(), kept.get().promoted());
        }
        return done();
    }

    private boolean isUsedByAnother(long id, List<String> urls) {
        return members.membersNow().stream()
                .filter(member -> member.id() != id)
                .flatMap(member -> member.peerUrls().stream())
                .anyMatch(urls::contains);
    }

    private long learners() {
        return members.membersNow().stream().filter(Member::learner).count();
    }

    private Outcome done() {
        return new Outcome.Applied(keys.revision(), ResponseBody.EMPTY);
    }
}
