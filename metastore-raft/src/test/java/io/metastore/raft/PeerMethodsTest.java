package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
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

        byte[] bytes = APPEND.answerOf(error).toByteArray();

        AppendEntriesResponse answer = (AppendEntriesResponse) APPEND.parseResponse(bytes);
        assertThat(answer.hasTerm()).isFalse();
        assertThat(answer.getErrorResponse()).isEqualTo(error);
    }

    @Test
    void anAnswerStaysAsItIs() throws Exception {
        AppendEntriesResponse success =
                AppendEntriesResponse.newBuilder().setTerm(7).setSuccess(true).build();

        assertThat(APPEND.parseResponse(APPEND.answerOf(success).toByteArray())).isEqualTo(success);
    }
}
