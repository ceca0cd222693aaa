package io.metastore.bench.jmh;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.CompactionResponse;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;

/** Calls of the KV service over one channel; each returns when it is answered. */
final class Calls {
    private final KVGrpc.KVBlockingStub kv;

    Calls(Channel channel) {
        this.kv = KVGrpc.newBlockingStub(channel);
    }

    PutResponse put(ByteString key, ByteString value) {
        return put(Requests.put(key, value));
    }

    PutResponse put(PutRequest request) {
        return kv.put(request);
    }

    /** Linearizable. */
    RangeResponse get(ByteString key) {
        return kv.range(RangeRequest.newBuilder().setKey(key).build());
    }

    RangeResponse range(RangeRequest request) {
        return kv.range(request);
    }

    DeleteRangeResponse delete(ByteString key) {
        return kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(key).build());
    }

    TxnResponse txn(TxnRequest request) {
        return kv.txn(request);
    }

    CompactionResponse compact(CompactionRequest request) {
        return kv.compact(request);
    }
}
