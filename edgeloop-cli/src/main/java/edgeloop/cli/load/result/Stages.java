package edgeloop.cli.load.result;

import java.util.ArrayList;
import java.util.List;

/** Where in a run's timeline its stages, those of several rates, begin and end. */
public final class Stages {
    /** What times that are sums of others may differ by, in seconds. */
    private static final double ROUNDING = 1e-6;

    private Stages() {}

    /** The slices of each stage. */
    public static List<List<Results.TimelineSlice>> of(Results results) {
        int[] begins = begins(results);
        List<List<Results.TimelineSlice>> stages = new ArrayList<>();
        for (int i = 1; i < begins.length && !results.timeline().isEmpty(); i++) {
            stages.add(results.timeline().subList(begins[i - 1], begins[i]));
        }
        return stages;
    }

    /** Which slice is the first of each stage, and how many there are, one if it has no course. */
    static int[] begins(Results results) {
        List<Results.TimelineSlice> timeline = results.timeline();
        // The timeline of a search is that of its best trial.
        List<Results.Step> steps = results.search() == null ? results.steps() : List.of();
        List<Integer> begins = new ArrayList<>(List.of(0));
        double seconds = 0;
        for (int i = 0; i < timeline.size(); i++) {
            Results.TimelineSlice slice = timeline.get(i);
            if (slice.afterWindow()) {
                continue;
            }
            boolean hasNext = begins.size() < steps.size();
            if (hasNext && seconds > steps.get(begins.size() - 1).seconds() - ROUNDING) {
                begins.add(i);
                seconds = 0;
            }
            seconds += slice.endSeconds() - slice.beginSeconds();
        }
        begins.add(Math.max(1, timeline.size()));
        return begins.stream().mapToInt(Integer::intValue).toArray();
    }
}
