package edgeloop.simulation;

import java.util.List;

/** Bugs in what the poller is asked for where it does not tell by edges, or reads end short. */
final class ModeMutations {
    private static final String REGISTRATIONS = "engine/Registrations";

    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                            "E14 stall: room is not asked for where output waits",
                            REGISTRATIONS,
                            "return blocked ||",
                            "return",
                            5_000),
                    new Mutant(
                            "E14 spin: room is asked for where no output waits",
                            REGISTRATIONS,
                            "boolean blocked = outputWaits &&",
                            "boolean blocked = true ||",
                            5_000),
                    new Mutant(
                            "E8 spin: input is asked for while nobody reads",
                            REGISTRATIONS,
                            "if ((bits & (WANTED | ENDED)) == WANTED) {",
                            "if ((bits & ENDED) == 0) {",
                            5_000),
                    new Mutant(
                            "E62 spin: the peer's end is asked for again and again",
                            REGISTRATIONS,
                            "if ((bits & END_AHEAD) == 0) {",
                            "if (true) {",
                            5_000),
                    new Mutant(
                            "E62 stall: the peer's end is not asked for",
                            REGISTRATIONS,
                            "if ((bits & END_AHEAD) == 0) {",
                            "if (false) {",
                            5_000),
                    new Mutant(
                            "E14 stall: room is not asked for where the socket was full at once",
                            "engine/SocketEngine",
                            "            changed(stream);\n        }",
                            "        }",
                            20_000),
                    new Mutant(
                            "E6 lost re-arm: one-shot is not asked anew",
                            REGISTRATIONS,
                            "return readiness == Readiness.ONE_SHOT &&",
                            "return false &&",
                            1_000),
                    new Mutant(
                            "E8 lost re-arm: what is wanted changes and nobody tells the poller",
                            "engine/SocketEngine",
                            "| gone;\n        }\n        changed(stream);",
                            "| gone;\n        }",
                            20_000),
                    new Mutant(
                            "E6 a short read ends the drain before the peer's end",
                            "engine/ReadinessEngine",
                            "(END_AHEAD | Bits.BROKEN | Bits.URGENT)",
                            "(Bits.BROKEN | Bits.URGENT)",
                            5_000),
                    new Mutant(
                                    "E6 a short read ends the drain before what is behind urgent data",
                                    "engine/ReadinessEngine",
                                    "(END_AHEAD | Bits.BROKEN | Bits.URGENT)",
                                    "(END_AHEAD | Bits.BROKEN)",
                                    20_000)
                            .rarely(3_301),
                    new Mutant(
                                    "E6 urgent data is not watched for",
                                    REGISTRATIONS,
                                    "mask |= EPOLLPRI;",
                                    "mask |= 0;",
                                    20_000)
                            .rarely(3_301),
                    new Mutant(
                                    "E6 a read that fills the buffer ends the drain",
                                    "engine/ReadinessEngine",
                                    "!more && (stream.bits",
                                    "(stream.bits",
                                    60_000)
                            .rarely(2_501),
                    new Mutant(
                            "E70 at a shutdown what is behind the first read is not looked for",
                            "engine/ReadinessEngine",
                            "        draining = true;",
                            "        draining = false;",
                            20_000));

    private ModeMutations() {}
}
