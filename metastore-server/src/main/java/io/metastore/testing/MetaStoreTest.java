package io.metastore.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a member of its own, in memory, on a free port, empty before each test:
 *
 * <pre>{@code
 * @MetaStoreTest
 * class MyTest {
 *     @Test
 *     void works(ManagedChannel channel) { … }
 * }
 * }</pre>
 *
 * <p>What a test may take as a parameter: see {@link MetaStoreExtension}, which sets more than this can.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(MetaStoreExtension.class)
public @interface MetaStoreTest {}
