package edgeloop.http;

/** Accept-Encoding, RFC 9110 section 12.5.3. */
final class AcceptEncoding {
    private AcceptEncoding() {}

    /**
     * Whether a client takes a coding: the weight it gives it by name, or else to "*", is more than
     * zero. One that says something else by a rule that is broken is taken not to.
     */
    static boolean allows(String accepted, String coding) {
        boolean byStar = false;
        for (String element : accepted.split(",", -1)) {
            String[] parts = element.split(";", -1);
            String name = parts[0].strip();
            boolean named = name.equalsIgnoreCase(coding) || name.equalsIgnoreCase("x-" + coding);
            if (named || name.equals("*")) {
                boolean positive = parts.length == 1 || isPositive(parts[1].strip());
                if (named) {
                    return positive;
                }
                byStar = positive;
            }
        }
        return byStar;
    }

    /** Whether {@code parameter} is a weight above zero, such as {@code q=0.5}. */
    private static boolean isPositive(String parameter) {
        return parameter.matches("[qQ]=(1(\\.0{0,3})?|0\\.\\d{0,3})")
                && !parameter.matches("[qQ]=0\\.0*");
    }
}
