package io.metastore.server.compat.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmResponse;
import io.metastore.api.rpc.AuthenticateResponse;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.HashKVResponse;
import io.metastore.api.rpc.HashResponse;
import io.metastore.api.rpc.LeaseLeasesResponse;
import io.metastore.api.rpc.LeaseTimeToLiveResponse;
import io.metastore.api.rpc.Member;
import io.metastore.api.rpc.MemberListResponse;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.StatusResponse;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * All that two servers may say differently, and why. Each entry rewrites a pair of messages so that what remains must be
 * equal; nothing else is left out of the comparison.
 */
enum KnownDifference {
    HEADER_IDS("cluster, member and term belong to the server; that they are set or not set is compared, and that they"
            + " are the server's own") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return new Pair(maskHeaders(pair.first(), first), maskHeaders(pair.second(), second));
        }
    },
    STATUS_NUMBERS("sizes, raft index and term are those of an implementation; that they are positive is compared. The"
            + " patch number of the version too: we follow 3.7, not each of its patches") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair.first() instanceof StatusResponse a && pair.second() instanceof StatusResponse b
                    ? new Pair(maskStatus(a, first), maskStatus(b, second))
                    : pair;
        }
    },
    OWN_URLS("the two servers listen on different ports") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair.first() instanceof MemberListResponse a && pair.second() instanceof MemberListResponse b
                    ? new Pair(maskMembers(a, first), maskMembers(b, second))
                    : pair;
        }
    },
    ALARM_ORDER("etcd keeps alarms in a hash map, so their order is by chance; and the member's own id, as above") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair.first() instanceof AlarmResponse a && pair.second() instanceof AlarmResponse b
                    ? new Pair(maskAlarms(a, first), maskAlarms(b, second))
                    : pair;
        }
    },
    BACKEND_HASH("Hash covers the bytes of the whole store file, which only bbolt has; that it answers is compared."
            + " HashKV, over the key space, is compared exactly") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair.first() instanceof HashResponse a && pair.second() instanceof HashResponse b
                    ? new Pair(
                            a.toBuilder().clearHash().build(),
                            b.toBuilder().clearHash().build())
                    : pair;
        }
    },
    REMAINING_TTL("the clock runs on between the two calls, and starts anew with each server that is restarted: three"
            + " seconds are allowed, and what the restarts took. etcd lists the keys of a lease in no order") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair.first() instanceof LeaseTimeToLiveResponse a
                            && pair.second() instanceof LeaseTimeToLiveResponse b
                    ? levelTimeToLive(a, b, knowledge.blurSeconds())
                    : pair;
        }
    },
    TOKENS("a token is random, or signed at its own second; that it has the form that it must have is compared") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair.first() instanceof AuthenticateResponse a && pair.second() instanceof AuthenticateResponse b
                    ? new Pair(maskToken(a), maskToken(b))
                    : pair;
        }
    },
    LEASE_ORDER("leases are listed by remaining time; where two end within three seconds of each other, their order is"
            + " a matter of milliseconds") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair.first() instanceof LeaseLeasesResponse a
                            && pair.second() instanceof LeaseLeasesResponse b
                            && isOrderedByEnd(a, knowledge)
                            && isOrderedByEnd(b, knowledge)
                    ? new Pair(sortLeases(a), sortLeases(b))
                    : pair;
        }
    },
    SORT_TIES("etcd's sort is not stable above twelve keys: keys of equal sort value come in any order, and a limit may"
            + " cut anywhere among them. That each side is sorted, and which keys it has of the groups that are whole,"
            + " is compared") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return SortTies.level(rpc.request(), pair);
        }
    },
    STREAM_SORTED_WITHOUT_ORDER(
            "asked for a stream with a sort target but no order, etcd 3.7 sorts each chunk by itself and"
                    + " goes on behind the key that came last, so that keys come twice or not at all. We stream in key order;"
                    + " the generator does not ask") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair;
        }
    },
    PUT_THAT_KEEPS_WHAT_WAS_DELETED(
            "a txn that deletes a key and then puts it with ignore_value or ignore_lease ends the"
                    + " process of etcd 3.7.3, by an index out of range, and again at each restart. The generator does not ask;"
                    + " FoundBeforeIT asks us alone") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair;
        }
    },
    PERMISSION_FOR_NO_KEYS(
            "whether a user may ask for a range that ends where it begins or before depends in etcd on the shape that its"
                    + " tree of permissions happens to have. We ask for its first key; there is nothing in it. The generator"
                    + " does not ask") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair;
        }
    },
    PERMISSIONS_OF_EQUAL_KEYS(
            "etcd sorts a role's permissions by their first key with a sort that is not stable above twelve, and finds one"
                    + " to replace only where it is the first of its key. Ours keep the order in which they came. AuthIT grants no"
                    + " more to one role") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair;
        }
    },
    HASH_OF_A_COMPACTION_BEFORE_A_RESTART(
            "etcd keeps the hashes of its last compactions in memory, and a restart forgets"
                    + " them. We may compact again while the log is replayed, and then have them again. Where both have one, they"
                    + " are compared") {
        @Override
        Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
            return pair;
        }

        @Override
        boolean excuses(Rpc rpc, Answer first, Answer second, Knowledge knowledge) {
            return rpc.request() instanceof HashKVRequest request
                    && knowledge.wasCompactedBeforeRestart(request.getRevision())
                    && compactRevision(first) != compactRevision(second);
        }

        /** 0, which none has, of a refusal. */
        private long compactRevision(Answer answer) {
            return answer.isOk() ? answer.message(HashKVResponse.class).getCompactRevision() : 0;
        }
    };

    /** The two answers to one request. */
    record Pair(Message first, Message second) {}

    private final String reason;

    KnownDifference(String reason) {
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    abstract Pair level(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge);

    /** True where different answers are both right. */
    boolean excuses(Rpc rpc, Answer first, Answer second, Knowledge knowledge) {
        return false;
    }

    static boolean anyExcuses(Rpc rpc, Answer first, Answer second, Knowledge knowledge) {
        return Stream.of(values()).anyMatch(each -> each.excuses(rpc, first, second, knowledge));
    }

    /** Applies all entries, in order. */
    static Pair levelAll(Rpc rpc, Pair pair, Identity first, Identity second, Knowledge knowledge) {
        Pair levelled = pair;
        for (KnownDifference difference : values()) {
            levelled = difference.level(rpc, levelled, first, second, knowledge);
        }
        return levelled;
    }

    /** Replaces ids in the header, and in headers of nested answers, by 1 where they are the server's own. */
    static Message maskHeaders(Message message, Identity self) {
        if (message instanceof ResponseHeader header) {
            return maskHeader(header, self);
        }
        Message.Builder builder = message.toBuilder();
        message.getAllFields().forEach((field, value) -> {
            if (field.getJavaType() != com.google.protobuf.Descriptors.FieldDescriptor.JavaType.MESSAGE) {
                return;
            }
            if (!field.isRepeated()) {
                builder.setField(field, maskHeaders((Message) value, self));
                return;
            }
            for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                builder.setRepeatedField(field, i, maskHeaders((Message) message.getRepeatedField(field, i), self));
            }
        });
        return builder.build();
    }

    private static ResponseHeader maskHeader(ResponseHeader header, Identity self) {
        return header.toBuilder()
                .setClusterId(header.getClusterId() == self.clusterId() ? 1 : header.getClusterId())
                .setMemberId(maskMember(header.getMemberId(), self))
                .setRaftTerm(Math.min(header.getRaftTerm(), 1))
                .build();
    }

    private static long maskMember(long memberId, Identity self) {
        return memberId == self.memberId() ? 1 : memberId;
    }

    private static StatusResponse maskStatus(StatusResponse status, Identity self) {
        StatusResponse.Builder masked = status.toBuilder()
                .setVersion(withoutPatch(status.getVersion()))
                .setLeader(maskMember(status.getLeader(), self))
                .setDbSize(Math.min(status.getDbSize(), 1))
                .setDbSizeInUse(Math.min(status.getDbSizeInUse(), 1))
                .setRaftIndex(Math.min(status.getRaftIndex(), 1))
                .setRaftAppliedIndex(Math.min(status.getRaftAppliedIndex(), 1))
                .setRaftTerm(Math.min(status.getRaftTerm(), 1))
                .clearErrors();
        String own = "memberID:" + Long.toUnsignedString(self.memberId());
        status.getErrorsList().stream()
                // How many blanks stand between the fields varies with etcd's build, on purpose.
                .map(error -> error.strip().replaceAll(" +", " ").replace(own, "memberID:1"))
                .sorted()
                .forEach(masked::addErrors);
        return masked.build();
    }

    static String withoutPatch(String version) {
        return version.replaceAll("(\\d+\\.\\d+)\\.\\d+", "$1");
    }

    private static MemberListResponse maskMembers(MemberListResponse response, Identity self) {
        MemberListResponse.Builder masked = response.toBuilder();
        masked.getMembersBuilderList().forEach(member -> {
            Member original = member.build();
            member.setID(maskMember(original.getID(), self)).clearPeerURLs().clearClientURLs();
            original.getPeerURLsList().forEach(url -> member.addPeerURLs(url.replace(self.peerUrl(), "own")));
            original.getClientURLsList().forEach(url -> member.addClientURLs(url.replace(self.clientUrl(), "own")));
        });
        return masked.build();
    }

    private static AlarmResponse maskAlarms(AlarmResponse response, Identity self) {
        Comparator<AlarmMember> order =
                Comparator.comparing(AlarmMember::getMemberID).thenComparing(AlarmMember::getAlarmValue);
        AlarmResponse.Builder masked = response.toBuilder().clearAlarms();
        response.getAlarmsList().stream()
                .map(alarm -> alarm.toBuilder()
                        .setMemberID(maskMember(alarm.getMemberID(), self))
                        .build())
                .sorted(order)
                .forEach(masked::addAlarms);
        return masked.build();
    }

    private static Pair levelTimeToLive(LeaseTimeToLiveResponse a, LeaseTimeToLiveResponse b, long blurSeconds) {
        boolean close = Math.abs(a.getTTL() - b.getTTL()) <= blurSeconds
                && a.getTTL() >= 0
                && b.getTTL() >= 0
                && a.getTTL() <= a.getGrantedTTL()
                && b.getTTL() <= b.getGrantedTTL();
        return new Pair(maskTimeToLive(a, close), maskTimeToLive(b, close));
    }

    private static LeaseTimeToLiveResponse maskTimeToLive(LeaseTimeToLiveResponse response, boolean hideTtl) {
        LeaseTimeToLiveResponse.Builder masked = response.toBuilder().clearKeys();
        Stream<ByteString> keys = response.getKeysList().stream();
        keys.sorted(ByteString.unsignedLexicographicalComparator()).forEach(masked::addKeys);
        return hideTtl ? masked.clearTTL().build() : masked.build();
    }

    private static AuthenticateResponse maskToken(AuthenticateResponse response) {
        String form = response.getToken()
                .replaceAll("^[a-zA-Z]{16}\\.[1-9][0-9]*$", "<simple>")
                .replaceAll("^[\\w-]+\\.[\\w-]+\\.[\\w-]+$", "<jwt>");
        return response.toBuilder().setToken(form).build();
    }

    private static boolean isOrderedByEnd(LeaseLeasesResponse response, Knowledge knowledge) {
        for (int i = 1; i < response.getLeasesCount(); i++) {
            if (knowledge.endsBefore(
                    response.getLeases(i).getID(), response.getLeases(i - 1).getID())) {
                return false;
            }
        }
        return true;
    }

    private static LeaseLeasesResponse sortLeases(LeaseLeasesResponse response) {
        LeaseLeasesResponse.Builder sorted = response.toBuilder().clearLeases();
        response.getLeasesList().stream()
                .sorted(Comparator.comparingLong(lease -> lease.getID()))
                .forEach(sorted::addLeases);
        return sorted.build();
    }
}
