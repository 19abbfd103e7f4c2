(** The chain rule along a curve for functions of [n] real variables with continuous partial derivatives. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** A curve in R^n that has the velocity [v] at the time [t]. *)
Definition has_velocity (n : nat) (gamma : R -> vec n) (t : R) (v : vec n) : Prop :=
  forall i, is_derive (fun s => gamma s i) t (v i).

(** Being a derivative, by epsilon and neighbourhoods. *)
Lemma is_derive_eps (f : R -> R) (t l : R) :
  is_derive f t l <->
  (forall eps : posreal, locally t (fun s => Rabs (f s - f t - l * (s - t)) <= eps * Rabs (s - t))).
Proof.
split=> [[_ H] eps|H].
  have := H t (fun P => id) eps; apply: filter_imp => s.
  by rewrite /norm /= /abs /= /minus /plus /opp /scal /= /mult /= => K;
    rewrite (_ : f s - f t - l * (s - t) = f s + - f t + - ((s + - t) * l)) //; ring.
split; first exact: is_linear_scal_l.
move=> x lim eps; rewrite -(is_filter_lim_locally_unique _ _ lim); have := H eps; apply: filter_imp => s K.
rewrite /norm /= /abs /= /minus /plus /opp /scal /= /mult /=.
by rewrite (_ : f s + - f t + - ((s + - t) * l) = f s - f t - l * (s - t)) //; ring.
Qed.

Section Increment.
Variables (n : nat) (f : vec n -> R) (x : vec n).
Hypothesis fC1 : C1 f x.

Lemma increment_step (eps e : posreal) :
  (forall y, (forall i, Rabs (y i - x i) < e) ->
     forall i, ex_partial f i y /\ Rabs (partial f i y - partial f i x) <= eps) ->
  forall (w : vec n) i t, (forall j, Rabs (w j - x j) < e) -> w i = x i -> Rabs (t - x i) < e ->
  Rabs (f (upd w i t) - f w - partial f i x * (t - x i)) <= eps * Rabs (t - x i).
Proof.
move=> H w i t wb wi tb.
have b s : Rmin (x i) t <= s <= Rmax (x i) t -> Rabs (s - x i) <= Rabs (t - x i).
  rewrite /Rmin /Rmax; case: Rle_dec => o sb.
    by rewrite !Rabs_pos_eq; lra.
  by rewrite !Rabs_left1; lra.
have ball s : Rmin (x i) t <= s <= Rmax (x i) t -> forall j, Rabs (upd w i s j - x j) < e.
  move=> /b sb j; rewrite /upd; case: eqP => [->|_]; last exact: wb.
  exact: Rle_lt_trans sb tb.
have D s : Rmin (x i) t <= s <= Rmax (x i) t ->
    is_derive (fun s => f (upd w i s)) s (partial f i (upd w i s)).
  by move=> /ball sb; apply: is_derive_upd; case: (H _ sb i).
have [|s sb|s [sb E]] := MVT_gen (fun s => f (upd w i s)) (x i) t (fun s => partial f i (upd w i s)).
- by move=> s sb; apply: D; lra.
- by apply: derivable_continuous_pt; exists (partial f i (upd w i s)); apply/is_derive_Reals; apply: D.
rewrite -{2}(upd_same w i) wi E -Rmult_minus_distr_r Rabs_mult.
by apply: Rmult_le_compat_r; [exact: Rabs_pos | case: (H _ (ball _ sb) i)].
Qed.

(** A function with continuous partial derivatives is differentiable. *)
Lemma increment (eps : posreal) : near x (fun y =>
  Rabs (f y - f x - dot (grad f x) (subv y x)) <= eps * \sum_(i < n) Rabs (y i - x i)).
Proof.
have : near x (fun y => forall i, ex_partial f i y /\ Rabs (partial f i y - partial f i x) <= eps).
  apply: near_forall => i; apply: near_and.
    by apply: near_imp fC1 => y /(_ i) [].
  have /(_ (ball (partial f i x) eps)) c := C1_cont_partial (i:=i) fC1.
  by apply: near_imp (c (locally_ball _ eps)) => y /Rlt_le.
move=> /nearP [e H]; apply/nearP; exists e => y yb.
pose w m : vec n := fun j => if (j < m)%nat then y j else x j.
have wy : w n = y by apply: functional_extensionality => j; rewrite /w ltn_ord.
have w0 : w 0%nat = x by apply: functional_extensionality => j; rewrite /w ltn0.
suff: forall m, (m <= n)%nat -> Rabs (f (w m) - f x - dot (grad f x) (subv (w m) x))
   <= eps * \sum_(i < n) Rabs (w m i - x i) by move=> /(_ n (leqnn n)); rewrite wy.
elim=> [_|m IH mn].
  rewrite w0 (_ : subv x x = zerov); last first.
    by apply: functional_extensionality => j; rewrite /subv /zerov; ring.
  rewrite dot0r (_ : _ - _ - _ = 0) ?Rabs_R0; last ring.
  apply: Rmult_le_pos; first exact: Rlt_le (cond_pos eps).
  by apply: sum_ge0 => i; exact: Rabs_pos.
pose i := Ordinal mn; have {}IH := IH (ltnW mn).
have wi : w m i = x i by rewrite /w ltnn.
have ws : w m.+1 = upd (w m) i (y i).
  apply: functional_extensionality => j; rewrite /w /upd ltnS leq_eqVlt.
  by case: eqP => [e1|ne] /=; [rewrite (_ : j = i) ?eqxx //; apply: val_inj |
    case: eqP => // e1; case: ne; rewrite e1].
have wb j : Rabs (w m j - x j) < e.
  by rewrite /w; case: ifP => // _; rewrite Rminus_eq_0 Rabs_R0; apply: cond_pos.
have := increment_step H wb wi (yb i); rewrite -ws => S.
have -> : dot (grad f x) (subv (w m.+1) x) =
    dot (grad f x) (subv (w m) x) + partial f i x * (y i - x i).
  rewrite /dot (bigD1 i) //= [in RHS](bigD1 i) //= /subv ws upd_at wi.
  rewrite (eq_bigr (fun j => grad f x j * (w m j - x j))) => [|j ne]; last by rewrite upd_other.
  by rewrite /grad; set r := \big[_/_]_(_ | _) _; ring.
have -> : \sum_(j < n) Rabs (w m.+1 j - x j) = \sum_(j < n) Rabs (w m j - x j) + Rabs (y i - x i).
  rewrite (bigD1 i) //= [in RHS](bigD1 i) //= ws upd_at wi Rminus_eq_0 Rabs_R0.
  rewrite (eq_bigr (fun j => Rabs (w m j - x j))) => [|j ne]; last by rewrite upd_other.
  by set r := \big[_/_]_(_ | _) _; ring.
rewrite Rmult_plus_distr_l; apply: Rle_trans (Rplus_le_compat _ _ _ _ IH S).
by apply: Rle_trans (Rabs_triang _ _); apply: Req_le; congr Rabs; ring.
Qed.
End Increment.

Lemma curve_near n (gamma : R -> vec n) t (P : vec n -> Prop) :
  (forall i, continuous (fun s => gamma s i) t) -> near (gamma t) P -> locally t (fun s => P (gamma s)).
Proof.
move=> c /nearP [e H].
suff: locally t (fun s => forall i, Rabs (gamma s i - gamma t i) < e).
  by apply: filter_imp => s; exact: H.
have /near_forall K i : near (fun=> t : R) (fun y : vec 1 => Rabs (gamma (y ord0) i - gamma t i) < e).
  have [e' K] := c i _ (locally_ball (gamma t i) e).
  by apply/nearP; exists e' => y b; apply: K; exact: b.
have [e' {}K] := (iffLR (nearP _ _)) K.
by exists e' => s b; apply: (K (fun=> s)) => j; exact: b.
Qed.

Lemma velocity_cont n (gamma : R -> vec n) t v : has_velocity gamma t v ->
  forall i, continuous (fun s => gamma s i) t.
Proof. by move=> H i; apply: ex_derive_continuous; exists (v i). Qed.

Lemma locally_forall (m : nat) (t : R) (P : 'I_m -> R -> Prop) :
  (forall i, locally t (P i)) -> locally t (fun s => forall i, P i s).
Proof.
move=> H; have : locally t (fun s => forall i, i \in enum 'I_m -> P i s).
  elim: (enum 'I_m) => [|i s IH]; first by apply: filter_forall.
  apply: filter_imp (filter_and _ _ (H i) IH) => y [Pi Ps] j.
  by rewrite inE => /orP [/eqP -> //|]; apply: Ps.
by apply: filter_imp => y Py i; apply: Py; rewrite mem_enum.
Qed.

Lemma is_derive_sum n (F : 'I_n -> R -> R) t (l : 'I_n -> R) :
  (forall i, is_derive (F i) t (l i)) ->
  is_derive (fun s => \sum_(i < n) F i s) t (\sum_(i < n) l i).
Proof.
move=> H; elim: n F l H => [|n IH] F l H.
  rewrite big_ord0; apply: (is_derive_ext (fun=> 0)) => [s|]; first by rewrite big_ord0.
  exact: is_derive_const.
rewrite big_ord_recl; apply: (is_derive_ext (fun s => F ord0 s + \sum_(i < n) F (lift ord0 i) s)).
  by move=> s; rewrite [RHS]big_ord_recl.
by apply: is_derive_plus; [exact: H | apply: IH => i; exact: H].
Qed.

(** The chain rule: (f o gamma)' = grad f . gamma'. *)
Theorem chain_rule n (f : vec n -> R) (gamma : R -> vec n) t v :
  C1 f (gamma t) -> has_velocity gamma t v ->
  is_derive (fun s => f (gamma s)) t (dot (grad f (gamma t)) v).
Proof.
move=> fC1 gv; set x := gamma t.
have lin : is_derive (fun s => dot (grad f x) (subv (gamma s) x)) t (dot (grad f x) v).
  apply: is_derive_sum => i; apply: is_derive_scal.
  rewrite -[v i]Rminus_0_r; apply: (is_derive_minus (fun s => gamma s i)) => //.
  exact: is_derive_const.
pose r s := f (gamma s) - f x - dot (grad f x) (subv (gamma s) x).
have r0 : is_derive r t 0.
  apply/is_derive_eps => eps.
  pose B := \sum_(i < n) (Rabs (v i) + 1).
  have B0 : 0 <= B by apply: sum_ge0 => i; move: (Rabs_pos (v i)); lra.
  have e'0 : 0 < eps / (B + 1) by apply: Rdiv_lt_0_compat; [exact: cond_pos | lra].
  have := curve_near (velocity_cont gv) (increment fC1 (mkposreal _ e'0)).
  have : locally t (fun s => forall i, Rabs (gamma s i - x i) <= (Rabs (v i) + 1) * Rabs (s - t)).
    apply: locally_forall => i.
    move: (gv i) => /is_derive_eps /(_ (mkposreal 1 Rlt_0_1)); apply: filter_imp => s /= K.
    rewrite (_ : gamma s i - x i = (gamma s i - gamma t i - v i * (s - t)) + v i * (s - t)); last by rewrite /x; ring.
    apply: Rle_trans (Rabs_triang _ _) _; rewrite (Rabs_mult (v i)); lra.
  move=> L1 L2; apply: filter_imp (filter_and _ _ L1 L2) => s [K1 K2].
  have -> : r s - r t - 0 * (s - t) = r s.
    rewrite /r -/x (_ : subv x x = zerov); last first.
      by apply: functional_extensionality => j; rewrite /subv /zerov; ring.
    by rewrite dot0r; ring.
  apply: Rle_trans K2 _ => /=.
  have K : \sum_(i < n) Rabs (gamma s i - x i) <= B * Rabs (s - t).
    by rewrite /B mull_sum; apply: sum_le.
  apply: Rle_trans (Rmult_le_compat_l _ _ _ (Rlt_le _ _ e'0) K) _.
  rewrite -Rmult_assoc; apply: Rmult_le_compat_r; first exact: Rabs_pos.
  rewrite /Rdiv Rmult_assoc -{2}(Rmult_1_r eps); apply: Rmult_le_compat_l; first exact: Rlt_le (cond_pos eps).
  have -> : / (B + 1) * B = 1 - / (B + 1) by field; lra.
  have := Rinv_0_lt_compat (B + 1); lra.
have := is_derive_plus _ _ _ _ _ (is_derive_plus _ _ _ _ _ (is_derive_const (f x) t) lin) r0.
rewrite /plus /= Rplus_0_l Rplus_0_r; apply: is_derive_ext => s.
by rewrite /r /=; ring.
Qed.

(** A function with continuous partial derivatives is continuous. *)
Lemma C1_cont n (f : vec n -> R) x : C1 f x -> cont f x.
Proof.
move=> fC1 P [e H].
pose A := \sum_(i < n) (Rabs (grad f x i) + 1).
have A0 : 0 <= A by apply: sum_ge0 => i; move: (Rabs_pos (grad f x i)); lra.
have := increment fC1 (mkposreal 1 Rlt_0_1).
have d0 : 0 < e / (A + 1) by apply: Rdiv_lt_0_compat; [exact: cond_pos | lra].
have : near x (fun y => forall i, Rabs (y i - x i) < e / (A + 1)).
  by apply/nearP; exists (mkposreal _ d0).
move=> L1 L2; apply: near_imp (near_and L1 L2) => y [K1 /= K2]; apply: H.
change (Rabs (f y - f x) < e).
have K : Rabs (dot (grad f x) (subv y x)) + 1 * (\sum_(i < n) Rabs (y i - x i)) <= A * (e / (A + 1)).
  rewrite /A mull_sum Rmult_1_l; apply: Rle_trans (Rplus_le_compat_r _ _ _ (sum_abs _)) _.
  rewrite -sumD; apply: sum_le => i; rewrite Rabs_mult /subv.
  have := Rlt_le _ _ (K1 i); have := Rabs_pos (grad f x i) => a b.
  apply: Rle_trans (_ : (Rabs (grad f x i) + 1) * Rabs (y i - x i) <= _); first lra.
  by apply: Rmult_le_compat_l => //; lra.
have lt : A * (e / (A + 1)) < e.
  have -> : A * (e / (A + 1)) = e - e / (A + 1) by field; lra.
  lra.
apply: Rle_lt_trans lt; apply: Rle_trans K.
rewrite {1}(_ : f y - f x = dot (grad f x) (subv y x) + (f y - f x - dot (grad f x) (subv y x))); last by ring.
apply: Rle_trans (Rabs_triang _ _) _. exact: Rplus_le_compat_l.
Qed.
