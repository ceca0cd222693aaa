package io.metastore.server.compat.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.Status;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.HashKVResponse;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.api.rpc.LeaseKeepAliveResponse;
import io.metastore.api.rpc.LeaseLeasesResponse;
import io.metastore.api.rpc.LeaseTimeToLiveResponse;
import io.metastore.api.rpc.MemberListResponse;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.RangeStreamResponse;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.StatusResponse;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.api.rpc.WatchResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** One way to answer wrongly. The comparison must notice each of them. */
final class Lie {

    private final String name;
    private final Predicate<Message> applies;
    private final Function<Message, List<Message>> change;
    private final Function<Status, Status> changeStatus;

    private Lie(
            String name,
            Predicate<Message> applies,
            Function<Message, List<Message>> change,
            Function<Status, Status> changeStatus) {
        this.name = name;
        this.applies = applies;
        this.change = change;
        this.changeStatus = changeStatus;
    }

    boolean applies(Message message) {
        return applies.test(message);
    }

    /** The messages to send in place of this one. */
    List<Message> change(Message message) {
        return change.apply(message);
    }

    boolean applies(Status status) {
        return !status.isOk() && !changeStatus.apply(status).equals(status);
    }

    Status change(Status status) {
        return changeStatus.apply(status);
    }

    @Override
    public String toString() {
        return name;
    }

    static List<Lie> all() {
        List<Lie> lies = new ArrayList<>();
        lies.addAll(aboutKeys());
        lies.addAll(aboutTxns());
        lies.addAll(aboutLeases());
        lies.addAll(aboutTheServer());
        lies.addAll(aboutWatches());
        lies.add(error("another text", status -> status.withDescription(status.getDescription() + ".")));
        lies.add(error("another code", status -> Status.ABORTED.withDescription(status.getDescription())));
        return lies;
    }

    private static List<Lie> aboutKeys() {
        return List.of(
                of("count + 1", RangeResponse.class, Lie::any, range -> range.toBuilder()
                        .setCount(range.getCount() + 1)
                        .build()),
                of("more flipped", RangeResponse.class, Lie::any, range -> range.toBuilder()
                        .setMore(!range.getMore())
                        .build()),
                of("last key missing", RangeResponse.class, range -> range.getKvsCount() > 0, range -> range.toBuilder()
                        .removeKvs(range.getKvsCount() - 1)
                        .build()),
                of("first and last key swapped", RangeResponse.class, range -> range.getKvsCount() > 1, Lie::swapped),
                kv("value changed", kv -> kv.toBuilder()
                        .setValue(kv.getValue().concat(ByteString.copyFromUtf8("!")))
                        .build()),
                kv(
                        "version + 1",
                        kv -> kv.toBuilder().setVersion(kv.getVersion() + 1).build()),
                kv("create revision - 1", kv -> kv.toBuilder()
                        .setCreateRevision(kv.getCreateRevision() - 1)
                        .build()),
                kv("mod revision + 1", kv -> kv.toBuilder()
                        .setModRevision(kv.getModRevision() + 1)
                        .build()),
                kv(
                        "lease added",
                        kv -> kv.toBuilder().setLease(kv.getLease() + 7).build()),
                of("header revision + 1", RangeResponse.class, Lie::any, range -> range.toBuilder()
                        .setHeader(later(range.getHeader()))
                        .build()),
                of("cluster id changed", RangeResponse.class, Lie::any, range -> range.toBuilder()
                        .setHeader(range.getHeader().toBuilder().setClusterId(5))
                        .build()),
                of("stream chunk without keys", RangeStreamResponse.class, Lie::any, chunk -> chunk.toBuilder()
                        .setRangeResponse(
                                chunk.getRangeResponse().toBuilder().clearKvs().setMore(true))
                        .build()),
                of("prev_kv missing", PutResponse.class, PutResponse::hasPrevKv, put -> put.toBuilder()
                        .clearPrevKv()
                        .build()),
                of("header revision of put + 1", PutResponse.class, Lie::any, put -> put.toBuilder()
                        .setHeader(later(put.getHeader()))
                        .build()),
                of("deleted + 1", DeleteRangeResponse.class, Lie::any, delete -> delete.toBuilder()
                        .setDeleted(delete.getDeleted() + 1)
                        .build()));
    }

    private static List<Lie> aboutTxns() {
        return List.of(
                of("succeeded flipped", TxnResponse.class, Lie::any, txn -> txn.toBuilder()
                        .setSucceeded(!txn.getSucceeded())
                        .build()),
                of(
                        "last response missing",
                        TxnResponse.class,
                        txn -> txn.getResponsesCount() > 0,
                        txn -> txn.toBuilder()
                                .removeResponses(txn.getResponsesCount() - 1)
                                .build()),
                of(
                        "ids in an inner header",
                        TxnResponse.class,
                        txn -> txn.getResponsesCount() > 0
                                && txn.getResponses(0).hasResponsePut(),
                        txn -> {
                            TxnResponse.Builder changed = txn.toBuilder();
                            changed.getResponsesBuilder(0)
                                    .getResponsePutBuilder()
                                    .getHeaderBuilder()
                                    .setMemberId(txn.getHeader().getMemberId());
                            return changed.build();
                        }));
    }

    private static List<Lie> aboutLeases() {
        return List.of(
                of("granted ttl + 1", LeaseGrantResponse.class, Lie::any, grant -> grant.toBuilder()
                        .setTTL(grant.getTTL() + 1)
                        .build()),
                of("kept alive ttl - 1", LeaseKeepAliveResponse.class, Lie::any, alive -> alive.toBuilder()
                        .setTTL(alive.getTTL() - 1)
                        .build()),
                of(
                        "remaining ttl - 10",
                        LeaseTimeToLiveResponse.class,
                        left -> left.getTTL() > 10,
                        left -> left.toBuilder().setTTL(left.getTTL() - 10).build()),
                of(
                        "lease without its keys",
                        LeaseTimeToLiveResponse.class,
                        left -> left.getKeysCount() > 0,
                        left -> left.toBuilder().clearKeys().build()),
                of(
                        "lease not listed",
                        LeaseLeasesResponse.class,
                        list -> list.getLeasesCount() > 0,
                        list -> list.toBuilder().removeLeases(0).build()),
                of("leases listed backwards", LeaseLeasesResponse.class, list -> list.getLeasesCount() > 2, list -> {
                    var backwards = new ArrayList<>(list.getLeasesList());
                    Collections.reverse(backwards);
                    return list.toBuilder()
                            .clearLeases()
                            .addAllLeases(backwards)
                            .build();
                }));
    }

    private static List<Lie> aboutTheServer() {
        return List.of(
                of("hash changed", HashKVResponse.class, Lie::any, hash -> hash.toBuilder()
                        .setHash(hash.getHash() ^ 1)
                        .build()),
                of("compact revision of hash", HashKVResponse.class, Lie::any, hash -> hash.toBuilder()
                        .setCompactRevision(hash.getCompactRevision() + 1)
                        .build()),
                of("no storage version", StatusResponse.class, Lie::any, status -> status.toBuilder()
                        .clearStorageVersion()
                        .build()),
                of("empty database", StatusResponse.class, Lie::any, status -> status.toBuilder()
                        .clearDbSizeInUse()
                        .build()),
                of("member renamed", MemberListResponse.class, Lie::any, list -> {
                    MemberListResponse.Builder changed = list.toBuilder();
                    changed.getMembersBuilder(0).setName("other");
                    return changed.build();
                }));
    }

    private static List<Lie> aboutWatches() {
        Predicate<WatchResponse> hasEvents = watch -> watch.getEventsCount() > 0;
        return List.of(
                replaced("response lost", hasEvents, watch -> List.of()),
                replaced("response twice", hasEvents, watch -> List.of(watch, watch)),
                replaced(
                        "revision split",
                        watch -> watch.getEventsCount() > 1,
                        watch -> List.of(
                                watch.toBuilder()
                                        .removeEvents(watch.getEventsCount() - 1)
                                        .build(),
                                watch.toBuilder()
                                        .clearEvents()
                                        .addEvents(watch.getEvents(watch.getEventsCount() - 1))
                                        .build())),
                event("event lost", watch -> watch.removeEvents(0)),
                event("event invented", watch -> watch.addEvents(watch.getEvents(0))),
                event(
                        "put told as delete",
                        watch -> watch.setEvents(
                                0,
                                watch.getEvents(0).toBuilder()
                                        .setTypeValue(1 - watch.getEvents(0).getTypeValue()))),
                event(
                        "prev_kv of nothing",
                        watch -> watch.setEvents(
                                0,
                                watch.getEvents(0).hasPrevKv()
                                        ? Event.newBuilder(watch.getEvents(0)).clearPrevKv()
                                        : watch.getEvents(0).toBuilder()
                                                .setPrevKv(watch.getEvents(0).getKv()))),
                event("header of a later revision", watch -> watch.setHeader(later(watch.getHeader()))),
                of(
                        "created at a later revision",
                        WatchResponse.class,
                        WatchResponse::getCreated,
                        watch -> watch.toBuilder()
                                .setHeader(later(watch.getHeader()))
                                .build()),
                of(
                        "progress too early",
                        WatchResponse.class,
                        watch -> watch.getEventsCount() == 0 && !watch.getCreated() && !watch.getCanceled(),
                        watch -> watch.toBuilder()
                                .setHeader(watch.getHeader().toBuilder()
                                        .setRevision(watch.getHeader().getRevision() + 50))
                                .build()),
                of(
                        "cancel without its revision",
                        WatchResponse.class,
                        watch -> watch.getCanceled() && watch.getCompactRevision() != 0,
                        watch -> watch.toBuilder().clearCompactRevision().build()),
                of(
                        "refusal without its reason",
                        WatchResponse.class,
                        watch -> !watch.getCancelReason().isEmpty(),
                        watch -> watch.toBuilder().clearCancelReason().build()));
    }

    private static boolean any(Message message) {
        return true;
    }

    private static <T extends Message> Lie of(
            String name, Class<T> type, Predicate<T> applies, Function<T, Message> change) {
        return new Lie(
                type.getSimpleName() + ": " + name,
                message -> type.isInstance(message) && applies.test(type.cast(message)),
                message -> List.of(change.apply(type.cast(message))),
                Function.identity());
    }

    private static Lie replaced(
            String name, Predicate<WatchResponse> applies, Function<WatchResponse, List<Message>> change) {
        return new Lie(
                "WatchResponse: " + name,
                message -> message instanceof WatchResponse watch && applies.test(watch),
                message -> change.apply((WatchResponse) message),
                Function.identity());
    }

    private static Lie event(String name, Function<WatchResponse.Builder, WatchResponse.Builder> change) {
        return of(
                name, WatchResponse.class, watch -> watch.getEventsCount() > 0, watch -> change.apply(watch.toBuilder())
                        .build());
    }

    private static Lie kv(String name, Function<KeyValue, KeyValue> change) {
        return of(
                "key-value: " + name, RangeResponse.class, range -> range.getKvsCount() > 0, range -> range.toBuilder()
                        .setKvs(0, change.apply(range.getKvs(0)))
                        .build());
    }

    private static Lie error(String name, Function<Status, Status> change) {
        return new Lie("error: " + name, message -> false, List::of, change);
    }

    private static RangeResponse swapped(RangeResponse range) {
        int last = range.getKvsCount() - 1;
        return range.toBuilder()
                .setKvs(0, range.getKvs(last))
                .setKvs(last, range.getKvs(0))
                .build();
    }

    private static ResponseHeader later(ResponseHeader header) {
        return header.toBuilder().setRevision(header.getRevision() + 1).build();
    }
}
