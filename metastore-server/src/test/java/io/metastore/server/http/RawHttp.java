package io.metastore.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One HTTP/1.1 connection, on which also what is no HTTP can be said, and answers be read as they come. */
public final class RawHttp implements AutoCloseable {
    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private boolean chunked;
    private int length;
    private int chunkLeft;
    private boolean ended;

    /** An answer; names of headers are in lower case. */
    public record Answer(int status, Map<String, String> headers, String body) {}

    /**
     * Connects.
     *
     * @param endpoint host and port
     */
    public RawHttp(String endpoint) throws IOException {
        int colon = endpoint.lastIndexOf(':');
        socket = new Socket(endpoint.substring(0, colon), Integer.parseInt(endpoint.substring(colon + 1)));
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    public void send(String method, String path, Map<String, String> headers, byte[] body) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: test\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.toString().getBytes(ISO_8859_1));
        request.writeBytes(body);
        sendRaw(request.toByteArray());
    }

    public void sendRaw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Sends a request and reads its whole answer. */
    public Answer exchange(String method, String path, Map<String, String> headers, byte[] body) throws IOException {
        send(method, path, headers, body);
        return readAnswer(method);
    }

    public Answer post(String path, String json) throws IOException {
        return exchange("POST", path, Map.of(), json.getBytes(UTF_8));
    }

    public Answer readAnswer(String method) throws IOException {
        Answer head = readHead(method);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int next = readByte(); next >= 0; next = readByte()) {
            body.write(next);
        }
        return new Answer(head.status(), head.headers(), body.toString(UTF_8));
    }

    /** Status and headers; then comes the body, by lines or as a whole. */
    public Answer readHead(String method) throws IOException {
        String status = headLine();
        while (status.isEmpty()) {
            status = headLine(); // Go ends some empty bodies twice
        }
        if (status.contains(" 100 ")) {
            headLine();
            status = headLine();
        }
        Map<String, String> headers = new TreeMap<>();
        for (String line = headLine(); !line.isEmpty(); line = headLine()) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new IOException("no header: '" + line + "' after '" + status + "' and " + headers);
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        chunked = headers.getOrDefault("transfer-encoding", "").equals("chunked");
        length = Integer.parseInt(headers.getOrDefault("content-length", chunked ? "0" : "-1"));
        chunkLeft = 0;
        ended = method.equals("HEAD") || status.contains(" 101 ");
        return new Answer(Integer.parseInt(status.split(" ")[1]), headers, "");
    }

    /** The next line of a body, without its end; empty at the end of the body. */
    public String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = readByte(); next >= 0 && next != '\n'; next = readByte()) {
            line.write(next);
        }
        return line.toString(UTF_8);
    }

    /** Of the connection, whatever it carries; -1 at its end. */
    public int readRaw() throws IOException {
        return in.read();
    }

    private int readByte() throws IOException {
        if (ended) {
            return -1;
        }
        if (chunked && chunkLeft == 0) {
            chunkLeft = Integer.parseInt(headLine(), 16);
            if (chunkLeft == 0) {
                headLine();
                ended = true;
                return -1;
            }
        }
        if (!chunked && length == 0) {
            ended = true;
            return -1;
        }
        int next = in.read();
        if (next < 0 && (chunked || length > 0)) {
            throw new EOFException("the connection ended within an answer");
        }
        if (chunked) {
            chunkLeft--;
            if (chunkLeft == 0) {
                headLine();
            }
        } else if (length > 0) {
            length--;
        }
        return next;
    }

    private String headLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended after " + line);
            }
            line.write(next);
        }
        return line.toString(ISO_8859_1).trim();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
