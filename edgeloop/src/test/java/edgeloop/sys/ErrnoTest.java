package edgeloop.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

final class ErrnoTest {

    @Test
    void everyConstantIsNamed() throws Exception {
        for (Field field : Errno.class.getFields()) {
            assertThat(Errno.name(field.getInt(null))).isEqualTo(field.getName());
        }
    }

    @Test
    void unknownNumberIsNamedByItself() {
        assertThat(Errno.name(200)).isEqualTo("errno 200");
    }
}
