package io.metastore.server.process.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.pool.TypePool;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That a defect still has the method that it was made for; what it does there, members show. */
class MutantTest {

    private static final String WOVEN_IN = MutantTest.class.getPackageName().replace('.', '/');

    @ParameterizedTest
    @EnumSource
    void aDefectFindsItsMethod(Mutant mutant) {
        ClassFileLocator classes = ClassFileLocator.ForClassLoader.of(MutantTest.class.getClassLoader());
        TypeDescription type =
                TypePool.Default.of(classes).describe(mutant.type()).resolve();

        byte[] changed = new ByteBuddy()
                .redefine(type, classes)
                .visit(mutant.change())
                .make()
                .getBytes();

        assertThat(new String(changed, StandardCharsets.ISO_8859_1)).contains(WOVEN_IN);
    }
}
