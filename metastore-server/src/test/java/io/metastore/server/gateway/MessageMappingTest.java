package io.metastore.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.metastore.api.rpc.AuthUserListResponse;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.HashKVResponse;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON to messages and back. The refusals, word for word, are those that an etcd 3.7.3 gave to the same bodies. */
class MessageMappingTest {
    private static final MessageShape.Shapes SHAPES = new MessageShape.Shapes();

    private static Message read(Message prototype, byte[] json) throws Exception {
        JsonValues.Value value = valueOf(json);
        return value == null
                ? prototype
                : MessageReader.read(value, prototype, SHAPES.of(prototype.getDescriptorForType()), 300);
    }

    private static JsonValues.@Nullable Value valueOf(byte[] json) throws JsonException {
        JsonValues values = new JsonValues();
        values.add(Unpooled.wrappedBuffer(json));
        return values.next(true);
    }

    private static RangeRequest range(String json) throws Exception {
        return (RangeRequest) read(RangeRequest.getDefaultInstance(), json.getBytes(UTF_8));
    }

    private static String write(Message message, boolean inLine) {
        ByteBuf target = Unpooled.buffer();
        new MessageWriter(target, inLine).write(message, SHAPES.of(message.getDescriptorForType()));
        return target.toString(UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "\"5\"", "5.0", "5e0", "50e-1", "\"5.0\"", "0.5e1", "\"500E-2\"", "\"5{}\""})
    void aWholeNumberMayBeWrittenInManyWays(String number) throws Exception {
        assertThat(range("{\"limit\":" + number + "}").getLimit()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5.5",
                "\"\"",
                "\" 5\"",
                "true",
                "{}",
                "[]",
                "9223372036854775808",
                "-9223372036854775809",
                "1e19",
                "1e-1",
                "1e99999999999",
                "\"0x5\"",
                "\"5 \"",
                "1e2147483647",
                "1e-2147483648"
            })
    void whatIsNoWholeNumberOfSixtyFourBitsIsRefused(String number) {
        assertThatThrownBy(() -> range("{\"limit\":" + number + "}"))
                .isInstanceOf(JsonException.class)
                .hasMessageStartingWith("proto: (line 1:10): invalid value for int64 field limit: " + number.charAt(0));
    }

    @Test
    void numbersAreReadToTheirLimits() throws Exception {
        assertThat(range("{\"limit\":9223372036854775807,\"revision\":\"-9223372036854775808\",\"max_mod_revision\":-0,"
                        + "\"min_mod_revision\":0e99}"))
                .isEqualTo(RangeRequest.newBuilder()
                        .setLimit(Long.MAX_VALUE)
                        .setRevision(Long.MIN_VALUE)
                        .build());
    }

    @ParameterizedTest
    @CsvSource({"Zm8=,fo", "Zm8,fo", "_-8=,\u00ff\u00ef", "/+8,\u00ff\u00ef", "Zh==,f", "'Zm\\n9v',foo"})
    void bytesAreReadFromEitherAlphabetWithOrWithoutPadding(String base64, String bytes) throws Exception {
        assertThat(range("{\"key\":\"" + base64 + "\"}").getKey())
                .isEqualTo(ByteString.copyFrom(bytes, java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Z", "Zm9v=", "====", "Zg==Zg==", "/-8=", "%", "Zm8==", "\u00e9", "Zg="})
    void otherTextIsNoBase64(String text) {
        assertThatThrownBy(() -> range("{\"key\":\"" + text + "\"}"))
                .isInstanceOf(JsonException.class)
                .hasMessage("proto: (line 1:8): invalid value for bytes field key: \"" + text + "\"");
    }

    @Test
    void enumsAreReadByNameOrNumberAndUnknownNamesPassedOver() throws Exception {
        assertThat(range("{\"sort_order\":\"DESCEND\",\"sortTarget\":4}"))
                .isEqualTo(RangeRequest.newBuilder()
                        .setSortOrder(RangeRequest.SortOrder.DESCEND)
                        .setSortTarget(RangeRequest.SortTarget.VALUE)
                        .build());
        assertThat(range("{\"sort_order\":\"descend\"}")).isEqualTo(RangeRequest.getDefaultInstance());
        assertThat(range("{\"sort_order\":7}").getSortOrderValue()).isEqualTo(7);
        WatchCreateRequest create = (WatchCreateRequest)
                read(WatchCreateRequest.getDefaultInstance(), "{\"filters\":[\"NODELETE\",\"FOO\",0]}".getBytes(UTF_8));
        assertThat(create.getFiltersList())
                .containsExactly(WatchCreateRequest.FilterType.NODELETE, WatchCreateRequest.FilterType.NOPUT);
    }

    @Test
    void unknownFieldsAndNullsArePassedOver() throws Exception {
        assertThat(
                        range(
                                "{\"x\":{\"a\":[1,{\"b\":null}],\"c\":\"\\ud83d\\ude00\"},\"limit\":null,\"[e]\":1,\"rangeEnd\":\"YQ\"}"))
                .isEqualTo(RangeRequest.newBuilder()
                        .setRangeEnd(ByteString.copyFromUtf8("a"))
                        .build());
        assertThat(range(" \n")).isEqualTo(RangeRequest.getDefaultInstance());
    }

    @Test
    void whatFollowsTheFirstValueIsNotRead() throws Exception {
        assertThat(range("{\"limit\":1} trailing").getLimit()).isEqualTo(1);
        assertThat(range("{\"limit\":1}}").getLimit()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "{ # unexpected EOF",
                "} # invalid character '}' looking for beginning of value",
                "[] # proto: syntax error (line 1:1): unexpected token [",
                "null # proto: syntax error (line 1:1): unexpected token null",
                "\"x\" # proto: syntax error (line 1:1): unexpected token \"x\"",
                "tru # unexpected EOF",
                "{\"key\":\"Zm9v\",} # invalid character '}' looking for beginning of object key string",
                "{'a':1} # invalid character '\\'' looking for beginning of object key string",
                "{\"a\" 1} # invalid character '1' after object key",
                "{\"a\":1 \"b\":1} # invalid character '\"' after object key:value pair",
                "[1 2] # invalid character '2' after array element",
                "{\"a\":01} # invalid character '1' after object key:value pair",
                "{\"a\":-} # invalid character '}' in numeric literal",
                "{\"a\":1.} # invalid character '}' after decimal point in numeric literal",
                "{\"a\":1e+} # invalid character '}' in exponent of numeric literal",
                "{\"a\":\"\\x\"} # invalid character 'x' in string escape code",
                "{\"a\":\"\\u12g4\"} # invalid character 'g' in \\u hexadecimal character escape",
                "{\"a\":\"\t\"} # invalid character '\\t' in string literal",
                "{\"a\":nul} # invalid character '}' in literal null (expecting 'l')",
                "{\"key\":\"\",\"key\":\"\"} # proto: (line 1:11): duplicate field \"key\"",
                "{\"key\":5} # proto: (line 1:8): invalid value for bytes field key: 5",
                "{\"serializable\":\"true\"} # proto: (line 1:17): invalid value for bool field serializable: \"true\"",
                "{\"sort_order\":2147483648} # proto: (line 1:15): invalid value for enum field sortOrder: 2147483648",
                "{\"a\":\"\\ud800......\"} # proto: syntax error (line 1:6): invalid escape code \"......\" in string"
            })
    void whatIsMalformedIsRefusedInGosWords(String json, String message) {
        assertThatThrownBy(() -> range(json)).isInstanceOf(JsonException.class).hasMessage(message);
    }

    @Test
    void placesAreCountedInLinesAndCharacters() {
        assertThatThrownBy(() -> range("\n {\"\u00e9\":1,\n \"\u00e9\u00e9\":2, \"key\":5}"))
                .hasMessage("proto: (line 2:16): invalid value for bytes field key: 5");
    }

    @Test
    void whatIsNoUnicodeIsRefused() {
        byte[] json = {'{', '"', 'a', '"', ':', '"', (byte) 0xc0, (byte) 0x80, '"', '}'};
        assertThatThrownBy(() -> read(RangeRequest.getDefaultInstance(), json))
                .hasMessage("proto: syntax error (line 1:6): invalid UTF-8 in string");
        byte[] surrogate = {'{', '"', 'a', '"', ':', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', '}'};
        assertThatThrownBy(() -> read(RangeRequest.getDefaultInstance(), surrogate))
                .hasMessage("proto: syntax error (line 1:6): invalid UTF-8 in string");
    }

    @Test
    void onlyOneMemberOfAOneofMayBeSet() {
        assertThatThrownBy(() -> read(
                        RequestOp.getDefaultInstance(), "{\"request_put\":{},\"request_range\":{}}".getBytes(UTF_8)))
                .hasMessage(
                        "proto: (line 1:19): error parsing \"request_range\", oneof etcdserverpb.RequestOp.request is"
                                + " already set");
    }

    @Test
    void nestingHasABound() {
        String deep = "[".repeat(10_001);
        assertThatThrownBy(() -> range(deep)).hasMessage("invalid character '[' exceeded max depth");
        assertThatThrownBy(() -> read(
                        TxnRequest.getDefaultInstance(),
                        ("{\"success\":[{\"request_txn\":".repeat(200))
                                .concat("{}")
                                .concat("}]}".repeat(200))
                                .getBytes(UTF_8)))
                .isInstanceOf(MessageReader.TooDeepException.class);
    }

    @Test
    void valuesAreTakenApartHoweverTheyComeIn() throws Exception {
        byte[] json = " {\"limit\":1}\n{\"limit\":2}[{}]7 \"a\\\"b\"null".getBytes(UTF_8);
        JsonValues values = new JsonValues();
        StringBuilder found = new StringBuilder();
        for (byte next : json) {
            values.add(Unpooled.wrappedBuffer(new byte[] {next}));
            append(found, values.next(false));
        }
        append(found, values.next(true));
        assertThat(found).hasToString("{\"limit\":1}|{\"limit\":2}|[{}]|7|\"a\\\"b\"|null|");
    }

    private static void append(StringBuilder found, JsonValues.@Nullable Value value) {
        if (value != null) {
            found.append(new String(value.bytes(), value.from(), value.to() - value.from(), UTF_8))
                    .append('|');
        }
    }

    @Test
    void messagesAreWrittenAsEtcdWritesThem() {
        RangeResponse response = RangeResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setClusterId(-1).setRevision(7))
                .addKvs(KeyValue.newBuilder()
                        .setKey(ByteString.copyFromUtf8("foo"))
                        .setValue(ByteString.copyFromUtf8("<>"))
                        .setLease(-5))
                .setMore(true)
                .build();
        assertThat(write(response, false))
                .isEqualTo("{\"header\":{\"cluster_id\":\"18446744073709551615\",\"revision\":\"7\"},"
                        + "\"kvs\":[{\"key\":\"Zm9v\",\"value\":\"PD4=\",\"lease\":\"-5\"}],\"more\":true}");
        assertThat(write(HashKVResponse.newBuilder().setHash(-1).build(), false))
                .isEqualTo("{\"hash\":4294967295}");
        assertThat(write(Event.newBuilder().setTypeValue(9).build(), false)).isEqualTo("{\"type\":9}");
        assertThat(write(RangeResponse.getDefaultInstance(), false)).isEqualTo("{}");
        assertThat(write(Compare.newBuilder().setVersion(0).build(), false)).isEqualTo("{\"version\":\"0\"}");
    }

    @Test
    void textIsEscapedAsGoDoesAndInStreamsForHtmlToo() {
        AuthUserListResponse users = AuthUserListResponse.newBuilder()
                .addUsers("a<b>&'=\u2028\u0001\t\"\\/\u007f\u00e9")
                .build();
        assertThat(write(users, false)).isEqualTo("{\"users\":[\"a<b>&'=\u2028\\u0001\\t\\\"\\\\/\u007f\u00e9\"]}");
        assertThat(write(users, true))
                .isEqualTo("{\"users\":[\"a\\u003cb\\u003e\\u0026'=\\u2028\\u0001\\t\\\"\\\\/\u007f\u00e9\"]}");
    }

    @Test
    void randomTransactionsAreReadFromWhatProtobufWritesAndFromWhatWeWrite() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("MessageMappingTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            TxnRequest txn = txn(random, 3);
            JsonFormat.Printer printer = JsonFormat.printer();
            String theirs = random.nextBoolean()
                    ? printer.print(txn)
                    : printer.preservingProtoFieldNames()
                            .omittingInsignificantWhitespace()
                            .print(txn);
            assertThat(read(TxnRequest.getDefaultInstance(), theirs.getBytes(UTF_8)))
                    .isEqualTo(txn);
            String ours = write(txn, random.nextBoolean());
            assertThat(read(TxnRequest.getDefaultInstance(), ours.getBytes(UTF_8)))
                    .isEqualTo(txn);
            TxnRequest.Builder parsed = TxnRequest.newBuilder();
            JsonFormat.parser().merge(ours, parsed);
            assertThat(parsed.build()).isEqualTo(txn);
        }
    }

    private static TxnRequest txn(Random random, int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            Compare.Builder compare = Compare.newBuilder()
                    .setKey(bytes(random))
                    .setTargetValue(random.nextInt(5))
                    .setResultValue(random.nextInt(4));
            txn.addCompare(
                    random.nextBoolean() ? compare.setValue(bytes(random)) : compare.setLease(random.nextLong()));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addSuccess(
                    depth > 0 && random.nextBoolean()
                            ? RequestOp.newBuilder().setRequestTxn(txn(random, depth - 1))
                            : RequestOp.newBuilder()
                                    .setRequestPut(PutRequest.newBuilder()
                                            .setKey(bytes(random))
                                            .setValue(bytes(random))
                                            .setLease(random.nextLong())
                                            .setPrevKv(random.nextBoolean())));
        }
        return txn.build();
    }

    private static ByteString bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(8)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
