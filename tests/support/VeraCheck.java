// Validates PDF files with the veraPDF library: java -cp ... VeraCheck.java 3a,ua1 note.pdf ...
import java.io.File;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;

public class VeraCheck {
  public static void main(String[] arguments) throws Exception {
    LogManager.getLogManager().reset();
    VeraGreenfieldFoundryProvider.initialise();
    boolean valid = true;
    for (int i = 1; i < arguments.length; i++) {
      for (String flavour : arguments[0].split(",")) {
        valid &= check(arguments[i], flavour);
      }
    }
    System.exit(valid ? 0 : 1);
  }

  // The profiles lie in the jar; asking the library for them by flavour does not find them there.
  private static boolean check(String path, String flavour) throws Exception {
    String name = flavour.startsWith("ua") ? "PDFUA-1" : "PDFA-" + flavour.toUpperCase();
    String profileFile = "org/verapdf/pdfa/validation/" + name + ".xml";
    ValidationProfile profile = Profiles.profileFromXml(VeraCheck.class.getClassLoader().getResourceAsStream(profileFile));
    try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(path), PDFAFlavour.byFlavourId(flavour))) {
      ValidationResult result = Foundries.defaultInstance().createValidator(profile, false).validate(parser);
      System.out.println(path + " " + flavour + " " + (result.isCompliant() ? "PASS" : "FAIL"));
      Map<String, String> failures = new TreeMap<>();
      for (TestAssertion assertion : result.getTestAssertions()) {
        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
          failures.putIfAbsent(assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber(), assertion.getMessage());
        }
      }
      failures.forEach((rule, message) -> System.out.println("  " + rule + ": " + message));
      return result.isCompliant();
    }
  }
}
