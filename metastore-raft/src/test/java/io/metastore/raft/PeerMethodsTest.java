package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PeerMethodsTest {

    private static final PeerMethods.Method APPEND = PeerMethods.of(AppendEntriesRequest.getDefaultInstance());

    @Test
    void anErrorIsNotTakenForATerm() throws Exception {
        ErrorResponse error = ErrorResponse.newBuilder()
                .setErrorCode(1012)
                .setErrorMsg("Peer id not found")
                .build();

        byte[] bytes = APPEND.bytesOf(error);

        AppendEntriesResponse answer = (AppendEntriesResponse) APPEND.parseResponse(bytes);
        assertThat(answer.hasTerm()).isFalse();
        assertThat(answer.getErrorResponse()).isEqualTo(error);
    }

    @Test
    void anAnswerStaysAsItIs() throws Exception {
        AppendEntriesResponse success =
                AppendEntriesResponse.newBuilder().setTerm(7).setSuccess(true).build();

        assertThat(APPEND.parseResponse(APPEND.bytesOf(success))).isEqualTo(success);
    }

    @Test
    void aPartOfASnapshotThatChangedOnItsWayIsNotTaken() throws Exception {
        PeerMethods.Method getFile = PeerMethods.of(GetFileRequest.getDefaultInstance());
        GetFileResponse part = GetFileResponse.newBuilder()
                .setEof(true)
                .setReadSize(3)
                .setData(ByteString.copyFromUtf8("abc"))
                .build();
        byte[] bytes = getFile.bytesOf(part);

        assertThat(getFile.parseResponse(bytes)).isEqualTo(part);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> getFile.parseResponse(damaged)).isInstanceOf(InvalidProtocolBufferException.class);
        }
        assertThatThrownBy(() -> getFile.parseResponse(new byte[3])).isInstanceOf(InvalidProtocolBufferException.class);
    }
}
