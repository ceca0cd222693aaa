package io.metastore.storage.state;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.Compare.CompareResult;
import io.metastore.api.rpc.Compare.CompareTarget;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests as one writes them down: {@code if version(a)=0, mod([b,d))<7 then put a=1 lease=5 prev, delete >=x, txn{…}
 * else get a rev=3}.
 */
final class Txns {
    private static final Pattern COMPARE =
            Pattern.compile("(version|create|mod|value|lease)\\(([^)]+?\\)?)\\)(!=|=|<|>)(\\w*)");
    private static final ByteString TO_LAST_KEY = ByteString.copyFrom(new byte[] {0});

    private Txns() {}

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    static TxnRequest txn(String text) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (String clause : split(text, "(?=\\b(?:if|then|else)\\b)")) {
            String rest = clause.replaceFirst("^(if|then|else)", "").strip();
            if (clause.startsWith("if")) {
                split(rest, ",").forEach(compare -> txn.addCompare(compare(compare)));
            } else if (clause.startsWith("then")) {
                txn.addAllSuccess(ops(rest));
            } else if (clause.startsWith("else")) {
                txn.addAllFailure(ops(rest));
            } else {
                throw new IllegalArgumentException(text);
            }
        }
        return txn.build();
    }

    static List<RequestOp> ops(String text) {
        return split(text, ",").stream().map(Txns::op).toList();
    }

    static RequestOp op(String text) {
        if (text.startsWith("txn{")) {
            return RequestOp.newBuilder()
                    .setRequestTxn(txn(text.substring(4, text.length() - 1)))
                    .build();
        }
        String rest = text.substring(text.indexOf(' ') + 1);
        return switch (text.split(" ", 2)[0]) {
            case "put" -> RequestOp.newBuilder().setRequestPut(put(rest)).build();
            case "get" -> RequestOp.newBuilder().setRequestRange(get(rest)).build();
            case "delete" ->
                RequestOp.newBuilder().setRequestDeleteRange(delete(rest)).build();
            case "nothing" -> RequestOp.getDefaultInstance();
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** {@code a=1 lease=5 prev ignore_value ignore_lease} */
    static PutRequest put(String text) {
        PutRequest.Builder put = PutRequest.newBuilder();
        String[] words = text.split(" ", -1);
        String[] keyValue = words[0].split("=", 2);
        put.setKey(key(keyValue[0]));
        if (keyValue.length == 2) {
            put.setValue(bytes(keyValue[1]));
        }
        for (int i = 1; i < words.length; i++) {
            switch (words[i].split("=", -1)[0]) {
                case "lease" -> put.setLease(number(words[i]));
                case "prev" -> put.setPrevKv(true);
                case "ignore_value" -> put.setIgnoreValue(true);
                case "ignore_lease" -> put.setIgnoreLease(true);
                default -> throw new IllegalArgumentException(text);
            }
        }
        return put.build();
    }

    /** {@code [a,c) prev} */
    static DeleteRangeRequest delete(String text) {
        String[] words = text.split(" ", -1);
        return DeleteRangeRequest.newBuilder()
                .setKey(start(words[0]))
                .setRangeEnd(end(words[0]))
                .setPrevKv(words.length > 1 && words[1].equals("prev"))
                .build();
    }

    /** {@code >=a rev=3 limit=2 count keys serializable} */
    static RangeRequest get(String text) {
        String[] words = text.split(" ", -1);
        RangeRequest.Builder range =
                RangeRequest.newBuilder().setKey(start(words[0])).setRangeEnd(end(words[0]));
        for (int i = 1; i < words.length; i++) {
            switch (words[i].split("=", -1)[0]) {
                case "rev" -> range.setRevision(number(words[i]));
                case "limit" -> range.setLimit(number(words[i]));
                case "count" -> range.setCountOnly(true);
                case "keys" -> range.setKeysOnly(true);
                case "serializable" -> range.setSerializable(true);
                case "order" -> range.setSortOrderValue((int) number(words[i]));
                case "target" -> range.setSortTargetValue((int) number(words[i]));
                default -> throw new IllegalArgumentException(text);
            }
        }
        return range.build();
    }

    static Compare compare(String text) {
        Matcher parts = COMPARE.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(text);
        }
        Compare.Builder compare = Compare.newBuilder()
                .setKey(start(parts.group(2)))
                .setRangeEnd(end(parts.group(2)))
                .setResult(
                        switch (parts.group(3)) {
                            case "=" -> CompareResult.EQUAL;
                            case "!=" -> CompareResult.NOT_EQUAL;
                            case "<" -> CompareResult.LESS;
                            default -> CompareResult.GREATER;
                        });
        String operand = parts.group(4);
        return switch (parts.group(1)) {
            case "version" ->
                compare.setTarget(CompareTarget.VERSION)
                        .setVersion(Long.parseLong(operand))
                        .build();
            case "create" ->
                compare.setTarget(CompareTarget.CREATE)
                        .setCreateRevision(Long.parseLong(operand))
                        .build();
            case "mod" ->
                compare.setTarget(CompareTarget.MOD)
                        .setModRevision(Long.parseLong(operand))
                        .build();
            case "lease" ->
                compare.setTarget(CompareTarget.LEASE)
                        .setLease(Long.parseLong(operand))
                        .build();
            default ->
                compare.setTarget(CompareTarget.VALUE).setValue(bytes(operand)).build();
        };
    }

    private static ByteString start(String keys) {
        if (keys.startsWith(">=")) {
            return key(keys.substring(2));
        }
        return keys.startsWith("[") ? key(keys.substring(1, keys.indexOf(','))) : key(keys);
    }

    private static ByteString end(String keys) {
        if (keys.startsWith(">=")) {
            return TO_LAST_KEY;
        }
        return keys.startsWith("[") ? key(keys.substring(keys.indexOf(',') + 1, keys.length() - 1)) : ByteString.EMPTY;
    }

    /** An underscore is no key at all. */
    private static ByteString key(String text) {
        return text.equals("_") ? ByteString.EMPTY : bytes(text);
    }

    private static long number(String assignment) {
        return Long.parseLong(assignment.split("=", -1)[1]);
    }

    /** Splits outside of braces and brackets. */
    private static List<String> split(String text, String separator) {
        List<String> parts = new ArrayList<>();
        Matcher separators = Pattern.compile(separator).matcher(text);
        int start = 0;
        while (separators.find()) {
            if (depth(text.substring(0, separators.start())) == 0 && separators.start() > start) {
                parts.add(text.substring(start, separators.start()).strip());
                start = separators.end();
            }
        }
        parts.add(text.substring(start).strip());
        parts.removeIf(String::isEmpty);
        return parts;
    }

    private static int depth(String text) {
        int braces = 0;
        boolean inRange = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '{') {
                braces++;
            } else if (c == '}') {
                braces--;
            } else if (c == '[' || c == ')') {
                inRange = c == '[';
            }
        }
        return braces + (inRange ? 1 : 0);
    }
}
