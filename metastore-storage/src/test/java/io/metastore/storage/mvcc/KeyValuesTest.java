package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.KeyValue;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class KeyValuesTest {

    @Property(tries = 2000)
    void bytesEqualThoseOfProtobuf(
            @ForAll byte[] key,
            @ForAll("numbers") long create,
            @ForAll("numbers") long mod,
            @ForAll("numbers") long version,
            @ForAll("values") byte[] value,
            @ForAll("leases") long lease) {
        byte[] encoded = KeyValues.encode(Key.of(key), create, mod, version, ByteString.copyFrom(value), lease);

        assertThat(encoded)
                .isEqualTo(KeyValue.newBuilder()
                        .setKey(ByteString.copyFrom(key))
                        .setCreateRevision(create)
                        .setModRevision(mod)
                        .setVersion(version)
                        .setValue(ByteString.copyFrom(value))
                        .setLease(lease)
                        .build()
                        .toByteArray());
        assertThat(KeyValues.key(encoded, 0)).isEqualTo(Key.of(key));
        assertThat(KeyValues.createRevision(encoded)).isEqualTo(create);
    }

    @Property(tries = 1000)
    void aHeadReadsWhatWasEncodedWhereverItLies(
            @ForAll byte[] key,
            @ForAll("values") byte[] value,
            @ForAll("leases") long lease,
            @ForAll("numbers") long create,
            @ForAll("numbers") long version) {
        byte[] encoded = KeyValues.encode(Key.of(key), create, 9, version, ByteString.copyFrom(value), lease);
        byte[] shifted = new byte[encoded.length + 7];
        System.arraycopy(encoded, 0, shifted, 3, encoded.length);
        Entry entry = new Entry(9, 0, Entry.Kind.UPDATE, 0, 0, 0, encoded.length);
        Head head = Head.parse(Key.of(key), entry, shifted, 3);

        assertThat(head.createRevision()).isEqualTo(create);
        assertThat(head.version()).isEqualTo(version);
        assertThat(head.lease()).isEqualTo(lease);
        assertThat(head.value().toByteArray()).isEqualTo(value);
        assertThat(head.keyValue()).isEqualTo(encoded);
        assertThat(head.compareValue(ByteString.copyFrom(value))).isZero();
        assertThat(head.keyValueWithoutValue())
                .isEqualTo(KeyValues.encode(Key.of(key), create, 9, version, ByteString.EMPTY, lease));
        assertThat(Arrays.copyOfRange(shifted, 3, 3 + head.metaLength()))
                .isEqualTo(KeyValues.encode(Key.of(key), create, 9, version, ByteString.EMPTY, 0));
    }

    @Property(tries = 1000)
    void entriesSurviveTheirHeader(
            @ForAll("revisions") long main,
            @ForAll("revisions") long sub,
            @ForAll Entry.Kind kind,
            @ForAll("revisions") long supersededMain,
            @ForAll("lengths") int supersededBytes,
            @ForAll("lengths") int bytes) {
        boolean supersedes = supersededMain != 0;
        Entry entry = new Entry(
                main, sub, kind, supersededMain, supersedes ? sub : 0, supersedes ? supersededBytes : 0, bytes);
        byte[] stored = new byte[Entry.MAX_HEADER_BYTES];
        int header = entry.encodeHeader(stored);

        assertThat(Entry.decode(stored, header + bytes)).isEqualTo(entry);
    }

    @Property(tries = 1000)
    void revisionKeysSortAsRevisions(
            @ForAll("revisions") long main,
            @ForAll("revisions") long sub,
            @ForAll("revisions") long otherMain,
            @ForAll("revisions") long otherSub) {
        byte[] key = History.key(main, sub);
        byte[] other = History.key(otherMain, otherSub);

        assertThat(Integer.signum(Arrays.compareUnsigned(key, other)))
                .isEqualTo(Integer.signum(new Revision(main, sub).compareTo(new Revision(otherMain, otherSub))));
        assertThat(History.main(key)).isEqualTo(main);
        assertThat(History.sub(key)).isEqualTo(sub);
    }

    @Provide
    Arbitrary<Long> numbers() {
        return Arbitraries.longs().between(0, Long.MAX_VALUE);
    }

    @Provide
    Arbitrary<Long> revisions() {
        return Arbitraries.longs().between(0, Long.MAX_VALUE);
    }

    @Provide
    Arbitrary<Long> leases() {
        return Arbitraries.longs();
    }

    @Provide
    Arbitrary<Integer> lengths() {
        return Arbitraries.integers().between(0, 2 << 20);
    }

    @Provide
    Arbitrary<byte[]> values() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    }
}
