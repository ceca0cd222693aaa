package io.metastore.server.compat.differential;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.Status;
import java.util.List;
import java.util.stream.Collectors;

/** All that a server said to one call: its messages in order, and how it ended. */
record Answer(List<Message> messages, Status.Code code, String text) {

    Answer {
        messages = List.copyOf(messages);
    }

    static Answer of(List<Message> messages, Status status) {
        String text = status.getDescription() == null ? "" : status.getDescription();
        return new Answer(messages, status.getCode(), text);
    }

    boolean isOk() {
        return code == Status.Code.OK;
    }

    Answer withMessages(List<Message> others) {
        return new Answer(others, code, text);
    }

    /** The one message of a call that went well. */
    <T extends Message> T message(Class<T> type) {
        return type.cast(messages.get(messages.size() - 1));
    }

    @Override
    public String toString() {
        String said = messages.stream()
                .map(message -> "{"
                        + TextFormat.printer()
                                .emittingSingleLine(true)
                                .printToString(message)
                                .strip() + "}")
                .collect(Collectors.joining(" "));
        return Rpc.abbreviate(said) + (isOk() ? "" : " " + code + " \"" + text + "\"");
    }
}
