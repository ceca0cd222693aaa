package io.metastore.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.ElectionGrpc;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LockGrpc;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What of requests is told, field by field: whatever a request has besides, as a value or a password, is not. */
@Timeout(20)
class RequestDetailTest {
    private static final List<ServiceDescriptor> SERVICES = List.of(
            KVGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(),
            ClusterGrpc.getServiceDescriptor(),
            MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(),
            LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor());

    private static final Set<String> TOLD = new TreeSet<>(List.of(
            "authpb.Permission.key",
            "authpb.Permission.range_end",
            "etcdserverpb.AuthRoleAddRequest.name",
            "etcdserverpb.AuthRoleDeleteRequest.role",
            "etcdserverpb.AuthRoleGetRequest.role",
            "etcdserverpb.AuthRoleGrantPermissionRequest.name",
            "etcdserverpb.AuthRoleRevokePermissionRequest.key",
            "etcdserverpb.AuthRoleRevokePermissionRequest.range_end",
            "etcdserverpb.AuthRoleRevokePermissionRequest.role",
            "etcdserverpb.AuthUserAddRequest.name",
            "etcdserverpb.AuthUserChangePasswordRequest.name",
            "etcdserverpb.AuthUserDeleteRequest.name",
            "etcdserverpb.AuthUserGetRequest.name",
            "etcdserverpb.AuthUserGrantRoleRequest.role",
            "etcdserverpb.AuthUserGrantRoleRequest.user",
            "etcdserverpb.AuthUserRevokeRoleRequest.name",
            "etcdserverpb.AuthUserRevokeRoleRequest.role",
            "etcdserverpb.AuthenticateRequest.name",
            "etcdserverpb.Compare.key",
            "etcdserverpb.Compare.range_end",
            "etcdserverpb.DeleteRangeRequest.key",
            "etcdserverpb.DeleteRangeRequest.range_end",
            "etcdserverpb.MemberAddRequest.peerURLs",
            "etcdserverpb.MemberUpdateRequest.peerURLs",
            "etcdserverpb.PutRequest.key",
            "etcdserverpb.RangeRequest.key",
            "etcdserverpb.RangeRequest.range_end",
            "etcdserverpb.WatchCreateRequest.key",
            "etcdserverpb.WatchCreateRequest.range_end",
            "v3electionpb.CampaignRequest.name",
            "v3electionpb.LeaderKey.key",
            "v3electionpb.LeaderRequest.name",
            "v3lockpb.LockRequest.name",
            "v3lockpb.UnlockRequest.key"));

    private static final int DEPTH = 4;
    private static final Pattern MARK = Pattern.compile("<([A-Za-z0-9._]+)>");

    private static String lineOf(Message request) {
        LineBuffer line = new LineBuffer(16);
        new RequestDetail(line).write(request);
        return new String(line.array(), 0, line.size(), StandardCharsets.UTF_8);
    }

    private static Collection<Message> requests() {
        List<Message> requests = new ArrayList<>(List.of(WatchCreateRequest.getDefaultInstance()));
        for (ServiceDescriptor service : SERVICES) {
            for (MethodDescriptor<?, ?> method : service.getMethods()) {
                requests.add((Message) ((PrototypeMarshaller<?>) method.getRequestMarshaller()).getMessagePrototype());
            }
        }
        return requests;
    }

    /** The message with every text and all bytes saying which field they are: one message for each way through its oneofs. */
    private static List<Message> filled(Message prototype, int depth) {
        List<Message> all = new ArrayList<>();
        Message.Builder plain = prototype.newBuilderForType();
        for (FieldDescriptor field : prototype.getDescriptorForType().getFields()) {
            if (field.getRealContainingOneof() == null) {
                values(plain, field, depth).stream().findFirst().ifPresent(value -> set(plain, field, value));
            }
        }
        all.add(plain.build());
        for (FieldDescriptor field : prototype.getDescriptorForType().getFields()) {
            for (Object value : values(plain, field, depth)) {
                Message.Builder another = plain.clone().clearField(field);
                set(another, field, value);
                all.add(another.build());
            }
        }
        return all;
    }

    private static void set(Message.Builder builder, FieldDescriptor field, Object value) {
        if (field.isRepeated()) {
            builder.addRepeatedField(field, value);
        } else {
            builder.setField(field, value);
        }
    }

    private static List<Object> values(Message.Builder of, FieldDescriptor field, int depth) {
        String mark = "<" + field.getFullName() + ">";
        return switch (field.getJavaType()) {
            case STRING -> List.of(mark);
            case BYTE_STRING -> List.of(ByteString.copyFromUtf8(mark));
            case MESSAGE ->
                depth == 0
                        ? List.of()
                        : new ArrayList<>(filled(of.newBuilderForField(field).build(), depth - 1));
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, ENUM -> List.of();
        };
    }

    @Test
    void onlyTheseFieldsAreTold() {
        Set<String> told = new TreeSet<>();
        int count = 0;
        for (Message request : requests()) {
            for (Message filled : filled(request, DEPTH)) {
                MARK.matcher(lineOf(filled)).results().forEach(found -> told.add(found.group(1)));
                count++;
            }
        }
        assertThat(count).isGreaterThan(100);
        assertThat(told).isEqualTo(TOLD);
    }

    @Test
    void keysThatAreNoTextAreTold() {
        PutRequest put = PutRequest.newBuilder()
                .setKey(ByteString.copyFrom(new byte[] {'a', '"', '\\', '\n', 0x7f, (byte) 0x80}))
                .build();
        assertThat(lineOf(put)).isEqualTo(",\"keys\":[{\"key\":\"a\\\"\\\\\\\\\\\\x0a\\\\x7f\\\\x80\"}]");
    }

    @Test
    void longKeysAreCutAndManyAreCounted() {
        PutRequest put = PutRequest.newBuilder()
                .setKey(ByteString.copyFrom(new byte[5000]))
                .build();
        assertThat(lineOf(put)).endsWith("\",\"cut\":true}]").hasSizeLessThan(5 * RequestDetail.MAX_KEY_BYTES + 50);

        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = 0; i < 1000; i++) {
            txn.addCompare(Compare.getDefaultInstance());
        }
        assertThat(lineOf(txn.build())).endsWith("],\"more_keys\":" + (1000 - RequestDetail.MAX_RANGES));
    }
}
