package edgeloop.http.semantics;

import java.util.List;

/** Accept-Encoding, RFC 9110 section 12.5.3. */
public final class AcceptEncoding {
    /** A weight of 1, in thousandths: section 12.4.2 has three digits. */
    private static final int FULL = 1000;

    private static final int NOT_NAMED = -1;

    private AcceptEncoding() {}

    /**
     * The weight that a client gives a coding, by name or else by "*": 0 where it does not take it.
     * One that is named by a rule that is broken is taken not to be.
     *
     * @param accepted the values of the header
     * @return from 0 to 1000
     */
    public static int weight(List<String> accepted, String coding) {
        return Math.max(0, namedWeight(accepted, coding));
    }

    private static int namedWeight(List<String> accepted, String coding) {
        int byStar = NOT_NAMED;
        for (String list : accepted) {
            for (String element : list.split(",", -1)) {
                String[] parts = element.split(";", -1);
                String name = parts[0].strip();
                if (name.equalsIgnoreCase(coding) || name.equalsIgnoreCase("x-" + coding)) {
                    return weight(parts);
                }
                if (name.equals("*")) {
                    byStar = weight(parts);
                }
            }
        }
        return byStar;
    }

    /** Of an element, such as that of {@code gzip;q=0.5}. */
    private static int weight(String[] parts) {
        if (parts.length == 1) {
            return FULL;
        }
        String parameter = parts[1].strip();
        if (!parameter.matches("[qQ]=(1(\\.0{0,3})?|0(\\.\\d{0,3})?)")) {
            return 0;
        }
        String digits = parameter.substring(2).replace(".", "");
        return Integer.parseInt((digits + "000").substring(0, 4));
    }
}
