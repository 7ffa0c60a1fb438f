package edgeloop.cli.load.report;

import java.util.ArrayList;
import java.util.List;

/** Round numbers to stand at an axis. */
final class Ticks {
    private Ticks() {}

    /** From 0 to {@code high}, about five of them. */
    static List<Double> linear(double high) {
        double rough = high / 5;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = power * (rough / power < 2.5 ? 2 : rough / power < 6 ? 5 : 10);
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i * step <= high * 1.0001; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** The powers of ten from {@code low} to {@code high}; with their halves if these are few. */
    static List<Double> logarithmic(double low, double high) {
        List<Double> ticks = new ArrayList<>();
        double[] steps = high / low < 200 ? new double[] {1, 2, 5} : new double[] {1};
        for (int power = (int) Math.floor(Math.log10(low)); Math.pow(10, power) <= high; power++) {
            for (double step : steps) {
                double tick = step * Math.pow(10, power);
                if (tick >= low * 0.9999 && tick <= high * 1.0001) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }
}
