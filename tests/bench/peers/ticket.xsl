<?xml version="1.0" encoding="utf-8"?>
<!-- A ticket, given as XML, to GAM's SOAP envelope by XSLT 1.0, as mappings/ticket-to-case.yaml has it, where XSLT can:
     of text it changes single letters alone, and knows no normal forms. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:gam:cases:1">
  <xsl:output method="xml" encoding="utf-8"/>
  <xsl:key name="position" match="department" use="@key"/>
  <xsl:variable name="departments" select="document('departments.xml', /)"/>
  <xsl:variable name="from">یک&#x7f;&#x80;&#x61c;&#x200e;&#x200f;&#x202a;&#x202b;&#x202c;&#x202d;&#x202e;&#x2066;&#x2067;&#x2068;&#x2069;&#xfeff;</xsl:variable>

  <xsl:template match="/ticket">
    <xsl:if test="status = 'open' or status = 'reopened'">
      <soap:Envelope><soap:Body><CreateCase>
        <ClientReference>bench-<xsl:value-of select="service_request_id"/>.1</ClientReference>
        <Letter>
          <Sender Organization="137"/>
          <Receiver><xsl:attribute name="Code"><xsl:call-template name="position"/></xsl:attribute></Receiver>
          <LetterDateTime><xsl:apply-templates select="requested_datetime" mode="time"/></LetterDateTime>
          <Subject>
            <xsl:choose>
              <xsl:when test="service_name != ''"><xsl:value-of select="substring(translate(service_name, 'یک', 'يك'), 1, 200)"/></xsl:when>
              <xsl:otherwise>درخواست شهروند</xsl:otherwise>
            </xsl:choose>
          </Subject>
          <Priority><xsl:attribute name="Code"><xsl:value-of select="1 + (priority = 'urgent')"/></xsl:attribute></Priority>
          <Text><xsl:call-template name="trim"><xsl:with-param name="text" select="translate(description, $from, 'يك')"/></xsl:call-template></Text>
          <xsl:if test="address != '' or zipcode != ''">
            <Address>
              <xsl:value-of select="translate(address, 'یک', 'يك')"/>
              <xsl:if test="address != '' and zipcode != ''">، </xsl:if>
              <xsl:value-of select="translate(zipcode, 'یک', 'يك')"/>
            </Address>
          </xsl:if>
          <xsl:if test="expected_datetime != ''">
            <DueDate><xsl:apply-templates select="expected_datetime" mode="day"/></DueDate>
          </xsl:if>
          <xsl:if test="media">
            <Attachments>
              <xsl:for-each select="media">
                <Attachment Name="{name}"><Content><xsl:value-of select="url"/></Content></Attachment>
              </xsl:for-each>
            </Attachments>
          </xsl:if>
        </Letter>
      </CreateCase></soap:Body></soap:Envelope>
    </xsl:if>
  </xsl:template>

  <xsl:template name="position">
    <xsl:variable name="service" select="service_code"/>
    <xsl:variable name="district" select="district"/>
    <xsl:for-each select="$departments">
      <xsl:variable name="exact" select="key('position', concat($service, '/', $district))/@position"/>
      <xsl:variable name="any" select="key('position', concat($service, '/*'))/@position"/>
      <xsl:if test="not($exact or $any)"><xsl:message terminate="yes">no row</xsl:message></xsl:if>
      <xsl:choose>
        <xsl:when test="$exact"><xsl:value-of select="$exact"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="$any"/></xsl:otherwise>
      </xsl:choose>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="trim">
    <xsl:param name="text"/>
    <xsl:variable name="first" select="substring($text, 1, 1)"/>
    <xsl:variable name="last" select="substring($text, string-length($text))"/>
    <xsl:choose>
      <xsl:when test="$text = ''"/>
      <xsl:when test="translate($first, ' &#9;&#10;&#13;', '') = ''">
        <xsl:call-template name="trim"><xsl:with-param name="text" select="substring($text, 2)"/></xsl:call-template>
      </xsl:when>
      <xsl:when test="translate($last, ' &#9;&#10;&#13;', '') = ''">
        <xsl:call-template name="trim"><xsl:with-param name="text" select="substring($text, 1, string-length($text) - 1)"/></xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Minutes since 1970-01-01 in Tehran of an RFC 3339 time. -->
  <xsl:template match="*" mode="minutes">
    <xsl:variable name="month" select="number(substring(., 6, 2))"/>
    <xsl:variable name="year" select="substring(., 1, 4) - ($month &lt; 3)"/>
    <xsl:variable name="days" select="$year * 365 + floor($year div 4) - floor($year div 100) + floor($year div 400)
        + floor((153 * (($month + 9) mod 12) + 2) div 5) + substring(., 9, 2) - 719469"/>
    <xsl:variable name="offset" select="substring(., 21, 2) * 60 + substring(., 24, 2)"/>
    <xsl:variable name="local" select="$days * 1440 + substring(., 12, 2) * 60 + substring(., 15, 2) + 210"/>
    <xsl:choose>
      <xsl:when test="substring(., 20, 1) = 'Z'"><xsl:value-of select="$local"/></xsl:when>
      <xsl:when test="substring(., 20, 1) = '-'"><xsl:value-of select="$local + $offset"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$local - $offset"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- By the cycle of 33 years; 979, which is leap, begins 135061 days before 1970-01-01. -->
  <xsl:template name="jalali">
    <xsl:param name="days"/>
    <xsl:variable name="since" select="$days + 135061"/>
    <xsl:variable name="in_cycle" select="$since mod 12053"/>
    <xsl:variable name="in_fours" select="$in_cycle mod 1461"/>
    <xsl:variable name="is_later" select="number($in_fours &gt; 365)"/>
    <xsl:variable name="day" select="$in_fours - $is_later * (1 + floor(($in_fours - 1) div 365) * 365)"/>
    <xsl:value-of select="979 + floor($since div 12053) * 33 + floor($in_cycle div 1461) * 4 + $is_later * floor(($in_fours - 1) div 365)"/>
    <xsl:choose>
      <xsl:when test="$day &lt; 186"><xsl:value-of select="concat('/', format-number(floor($day div 31) + 1, '00'), '/', format-number($day mod 31 + 1, '00'))"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="concat('/', format-number(floor(($day - 186) div 30) + 7, '00'), '/', format-number(($day - 186) mod 30 + 1, '00'))"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="*" mode="day">
    <xsl:variable name="minutes"><xsl:apply-templates select="." mode="minutes"/></xsl:variable>
    <xsl:call-template name="jalali"><xsl:with-param name="days" select="floor($minutes div 1440)"/></xsl:call-template>
  </xsl:template>

  <xsl:template match="*" mode="time">
    <xsl:variable name="minutes"><xsl:apply-templates select="." mode="minutes"/></xsl:variable>
    <xsl:call-template name="jalali"><xsl:with-param name="days" select="floor($minutes div 1440)"/></xsl:call-template>
    <xsl:value-of select="concat(' ', format-number(floor($minutes mod 1440 div 60), '00'), ':', format-number($minutes mod 60, '00'), substring(., 17, 3))"/>
  </xsl:template>
</xsl:stylesheet>
