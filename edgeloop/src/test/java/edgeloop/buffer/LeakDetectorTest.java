package edgeloop.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeakDetectorTest {
    private final LeakDetector<Object> detector = new LeakDetector<>();

    @Test
    void whatWasNotGivenBackIsReportedWithThePlaceThatTookIt() {
        Object kept = new Object();
        Object returned = new Object();
        detector.taken(kept);
        detector.taken(returned);
        detector.given(returned);

        List<Object> leaked = new ArrayList<>();
        List<String> places = new ArrayList<>();
        detector.report(
                (object, place) -> {
                    leaked.add(object);
                    places.add(place.getStackTrace()[1].getMethodName());
                });

        assertThat(leaked).containsExactly(kept);
        assertThat(places).containsExactly("whatWasNotGivenBackIsReportedWithThePlaceThatTookIt");
    }

    @Test
    void givingBackTwiceIsAnError() {
        Object object = new Object();
        detector.taken(object);
        detector.given(object);

        assertThatThrownBy(() -> detector.given(object)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void takingTwiceIsAnErrorThatNamesTheFirstPlace() {
        Object object = new Object();
        detector.taken(object);

        assertThatThrownBy(() -> detector.taken(object))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("taken here");
    }
}
